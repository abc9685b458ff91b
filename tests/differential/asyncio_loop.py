"""asyncio with a virtual clock, whose events come in a definite order, and a
trace of what happens: for asyncio_side.py.

What asyncio leaves open is made definite here, nothing else is changed: sets of
tasks are walked in order of creation.

A trace that reaches a deliberate difference of weft (docs/differences.md) ends
with a line "~ WHY"; what comes after is not compared.
"""

import asyncio
import asyncio.base_events
import itertools

UNIT = 2.0**-20  # seconds; sums of these are exact


class Deadlock(BaseException):
    """Nothing is ready and no timer is armed."""


class AppError(Exception):
    """A task has failed with a code of its own."""


class Clock:
    """What the loop takes for a selector: the time passes here."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            if self.loop.trace.cleanups:
                self.loop.trace.cut("cleanup functions run after a deadlock")
            self.loop.trace.add("deadlock")
            self.loop.trace.ended = True
            raise Deadlock
        self.loop.now += timeout
        return []

    def close(self):
        pass


class Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self, trace):
        super().__init__()
        self.now = 0.0
        self._selector = Clock(self)
        self._clock_resolution = UNIT / 1024
        self.trace = trace
        self.deadlines = set()
        self.created = {}  # task: number
        self.numbers = itertools.count()
        self.set_task_factory(self.make_task)
        self.set_exception_handler(lambda loop, context: None)

    def time(self):
        return self.now

    def call_at(self, when, *args, **kwargs):
        if when in self.deadlines:
            self.trace.cut("timers with one deadline")
        self.deadlines.add(when)
        return super().call_at(when, *args, **kwargs)

    def make_task(self, loop, coro, **kwargs):
        number = next(self.numbers)  # before an eager one makes others
        task = asyncio.Task(coro, loop=loop, **kwargs)
        self.created[task] = number
        return task

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class OrderedSet(dict):
    """The set operations that TaskGroup uses, in order of insertion."""

    def add(self, item):
        self[item] = True

    def discard(self, item):
        self.pop(item, None)


all_tasks = asyncio.tasks.all_tasks


def all_tasks_in_order(loop=None):
    return sorted(all_tasks(loop), key=loop.created.__getitem__)


asyncio.tasks.all_tasks = all_tasks_in_order


class Trace:
    def __init__(self):
        self.lines = []
        self.ended = False
        self.cleanups = 0  # functions that were pushed and did not run yet

    def add(self, line):
        if not self.ended:
            self.lines.append(line)

    def cut(self, why):
        self.add(f"~ {why}")
        self.ended = True


class Watched:
    """A queue that notices what weft's queues do not let happen.

    A task that was woken for an item or a place is promised it. asyncio lets
    another take it, and lets one that comes later have an earlier item.
    """

    def watch(self, trace):
        self.trace = trace
        self.owner = {}  # waiter: its task
        self.promised = {"get": set(), "put": set()}
        self.draining = False

    def _get_loop(self):
        return self

    def create_future(self):
        waiter = super()._get_loop().create_future()
        self.owner[waiter] = asyncio.current_task()
        return waiter

    def _wakeup_next(self, waiters):
        waiting = list(waiters)
        super()._wakeup_next(waiters)
        for waiter in waiting:
            if waiter.done() and not waiter.cancelled():
                kind = "get" if waiters is self._getters else "put"
                self.promised[kind].add(self.owner[waiter])
                break

    async def get(self):
        try:
            return await super().get()
        finally:
            self.promised["get"].discard(asyncio.current_task())

    async def put(self, item):
        try:
            await super().put(item)
        finally:
            self.promised["put"].discard(asyncio.current_task())

    def _get(self):
        task = asyncio.current_task()
        others = self.promised["get"] - {task}
        if others and task not in self.promised["get"] and not self.draining:
            if type(self) is Queue or self.qsize() <= len(others):
                self.trace.cut("queues are fair to getters")
        return super()._get()

    def shutdown(self, immediate=False):
        self.draining = True
        super().shutdown(immediate)
        self.draining = False

    def _put(self, item):
        promised = self.promised["put"]
        if asyncio.current_task() not in promised:
            if 0 < self._maxsize <= self.qsize() + len(promised):
                self.trace.cut("queues are fair to putters")
        super()._put(item)


class Queue(Watched, asyncio.Queue):
    pass


class LifoQueue(Watched, asyncio.LifoQueue):
    pass


class PriorityQueue(Watched, asyncio.PriorityQueue):
    pass


def name_of(error):
    """The WEFT_E… that stands for an exception, without its WEFT_."""
    match error:
        case asyncio.CancelledError():
            return "ECANCELED"
        case TimeoutError():
            return "ETIMEDOUT"
        case AppError():
            return error.args[0]
        case BaseExceptionGroup():
            return "EGROUP"
        case asyncio.QueueFull():
            return "EFULL"
        case asyncio.QueueEmpty():
            return "EEMPTY"
        case asyncio.QueueShutDown():
            return "ECLOSED"
        case asyncio.BrokenBarrierError():
            return "EBROKEN"
        case asyncio.InvalidStateError():
            return "EALREADY"
        case ValueError():
            return "ERANGE"
        case RuntimeError():
            return "EINVAL"
    raise error


def text(value):
    """A result as it stands in the trace."""
    match value:
        case BaseException():
            return name_of(value)
        case None | False:
            return "0"
        case True:
            return "1"
        case list():
            return " ".join(map(text, value))
    return str(value)


def told(error):
    """An error as it stands in the trace, with the reason of a cancel."""
    if isinstance(error, asyncio.CancelledError) and error.args:
        return f"ECANCELED {error.args[0]}"
    return name_of(error)
