"""Runs programs of the differential test (programs.mjs) on CPython's asyncio.

Programs come on stdin, their traces go to stdout, as weft_side.c does it on
weft. What asyncio leaves open is made definite here, nothing else is changed:
the clock is virtual, and sets of tasks are walked in order of creation.

A trace that reaches a deliberate difference of weft (docs/differences.md) ends
with a line "~ WHY"; what comes after is not compared.
"""

import asyncio
import asyncio.base_events
import contextvars
import functools
import gc
import itertools
import sys
import warnings

UNIT = 2.0**-20  # seconds; sums of these are exact
LONGEST = 1000.0  # seconds that the main task waits for the others


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


def seconds(units):
    return None if units < 0 else units * UNIT


class Program:
    """One program: its objects and the ops of its tasks."""

    def __init__(self, lines):
        self.trace = Trace()
        self.scripts = {}
        for line in lines:
            words = line.split()
            if words[0] == "objects":
                self.numbers = [int(w) for w in words[1:]]
            elif words[0] == "task":
                script = self.scripts[int(words[1])] = []
            else:
                args = [int(w) for w in words[2:]]
                script.append((words[0] == "c", words[1], args))

    def make_objects(self):
        first, second, parties, *limits = self.numbers
        self.locks = [asyncio.Lock(), asyncio.Lock()]
        self.events = [asyncio.Event(), asyncio.Event()]
        self.conditions = [asyncio.Condition(), asyncio.Condition(self.locks[1])]
        self.semaphores = [
            asyncio.Semaphore(first),
            asyncio.BoundedSemaphore(second),
        ]
        self.barrier = asyncio.Barrier(parties)
        kinds = [Queue, LifoQueue, PriorityQueue]
        self.queues = [kind(limit) for kind, limit in zip(kinds, limits)]
        for queue in self.queues:
            queue.watch(self.trace)
        loop = asyncio.get_running_loop()
        self.futures = [loop.create_future() for _ in range(2)]
        self.tasks = {}
        self.reasons = False  # whether a cancel had one
        self.locals = [contextvars.ContextVar(f"v{i}", default=0) for i in range(2)]

    async def main(self):
        self.make_objects()
        self.tasks[1] = asyncio.create_task(self.run_task(1))
        await asyncio.sleep(LONGEST)
        self.trace.add("main end")

    def run(self):
        make_loop = functools.partial(Loop, self.trace)
        try:
            with asyncio.Runner(loop_factory=make_loop) as runner:
                runner.run(self.main())
        except Deadlock:
            pass  # it is in the trace
        if not all(task.done() for task in self.tasks.values()):
            self.trace.cut("tasks made while a run closes are cancelled too")
        self.trace.ended = True
        return self.trace.lines

    # --- running a script

    async def run_task(self, number):
        state = Script(self, number, self.scripts[number])
        try:
            result = await state.run(0, len(state.ops))
            result = result or 0
        except BaseException as error:
            if not isinstance(error, (Exception, asyncio.CancelledError)):
                raise  # the interpreter's own end
            self.trace.add(f"{number} end {told(error)}")
            raise
        else:
            self.trace.add(f"{number} end {result}")
        finally:
            state.clean_up()
        return result

    @functools.cache
    def said(self, number):
        """The done-callback of a task of that number: always the same."""
        return lambda task: self.trace.add(f"{number} on_done")

    def spawned(self, numbers):
        return [self.tasks[n] for n in numbers if n in self.tasks]


class Script:
    """A task that runs."""

    def __init__(self, program, number, ops):
        self.program = program
        self.number = number
        self.ops = ops
        self.groups = []
        self.scopes = []  # timeouts
        self.cleanups = []  # functions, and the scopes around and between them
        self.call = None  # the last one made

    async def run(self, first, end):
        """Runs the ops from first to end; what `return` gives, or None."""
        i = first
        while i < end:
            goes_on, name, args = self.ops[i]
            inner = i + 1
            if name in SCOPES:
                inner += args[-1]
            try:
                if name == "return":
                    return args[0]
                if name == "fail":
                    raise AppError(("EIO", "EPROTO", "EACCES")[args[0]])
                returned = None
                if name == "timeout":
                    scope = asyncio.timeout(seconds(args[0]))
                    returned = await self.run_timeout(scope, i + 1, inner)
                    result = 0
                elif name == "timeout_at":
                    scope = asyncio.timeout_at(seconds(args[0]))
                    returned = await self.run_timeout(scope, i + 1, inner)
                    result = 0
                elif name == "group":
                    returned = await self.run_group(i + 1, inner)
                    result = 0
                else:
                    result = await self.op(name, args)
            except BaseException as error:
                if not isinstance(error, (Exception, asyncio.CancelledError)):
                    raise
                self.note(i, name, told(error))
                if not goes_on:
                    raise
            else:
                self.note(i, name, text(result))
                if returned is not None:
                    return returned
            i = inner
        return None

    async def run_timeout(self, scope, first, end):
        async with scope:
            self.scopes.append(scope)
            self.cleanups.append(scope)
            try:
                return await self.run(first, end)
            finally:
                self.scopes.pop()
                self.cleanups.remove(scope)

    async def run_group(self, first, end):
        try:
            async with asyncio.TaskGroup() as group:
                group._tasks = OrderedSet()
                self.groups.append(group)
                self.cleanups.append(group)
                try:
                    return await self.run(first, end)
                finally:
                    self.groups.pop()
                    self.cleanups.remove(group)
        except asyncio.CancelledError:
            self.forgotten([asyncio.current_task()])
            raise

    def forgotten(self, tasks):
        """asyncio tells the first who asks why a task was cancelled, and loses
        the reason in shields; weft tells it to all."""
        if any(task.cancelling() or task.cancelled() for task in tasks):
            if self.program.reasons:
                self.program.trace.cut("the reason of a cancel is told to all")

    def note(self, i, name, result):
        self.program.trace.add(f"{self.number}.{i} {name} {result}")

    async def op(self, name, args):
        p = self.program
        if name in TASK_OPS:
            if args[0] not in p.tasks:
                return "-"
            args = [p.tasks[args[0]], *args[1:]]
        result = OPS[name](self, *args)
        if asyncio.iscoroutine(result):
            try:
                result = await result
            except asyncio.CancelledError as error:
                if not error.args and name in WAITS_FOR_TASKS:
                    self.forgotten([t for t in p.tasks.values() if t.cancelled()])
                raise
        return result

    # --- the ops

    def spawn(self, k, **options):
        if k in self.program.tasks:
            return "-"
        coro = self.program.run_task(k)
        self.program.tasks[k] = asyncio.create_task(coro, **options)

    def eager_spawn(self, k):
        return self.spawn(k, eager_start=True)

    def group_spawn(self, k):
        if not self.groups or k in self.program.tasks:
            return "-"
        coro = self.program.run_task(k)
        try:
            self.program.tasks[k] = self.groups[-1].create_task(coro)
        except RuntimeError:
            coro.close()
            return "ECLOSED"

    def reschedule(self, units):
        if not self.scopes:
            return "-"
        scope = self.scopes[-1]
        when = None if units < 0 else asyncio.get_running_loop().time() + units * UNIT
        if scope.expired():
            raise asyncio.InvalidStateError  # asyncio: RuntimeError
        scope.reschedule(when)

    async def sleep(self, units):
        await asyncio.sleep(units * UNIT)

    async def wait_await(self, task):
        return await task

    async def gather(self, return_errors, *numbers):
        tasks = self.program.spawned(numbers)
        if not tasks:
            return "-"
        return await asyncio.gather(*tasks, return_exceptions=bool(return_errors))

    async def wait(self, until, units, *numbers):
        tasks = self.program.spawned(numbers)
        if not tasks:
            return "-"
        until = (
            asyncio.FIRST_COMPLETED,
            asyncio.FIRST_EXCEPTION,
            asyncio.ALL_COMPLETED,
        )[until]
        done, _ = await asyncio.wait(
            tasks, timeout=seconds(units), return_when=until
        )
        return [int(task in done) for task in tasks]

    async def wait_for(self, task, units):
        return await asyncio.wait_for(task, seconds(units))

    async def shield(self, task):
        return await asyncio.shield(task)

    async def as_completed(self, units, *numbers):
        # Of those that are done their order is a set's; so take one at most.
        tasks = []
        done = False
        for task in self.program.spawned(numbers):
            if not task.done() or not done:
                tasks.append(task)
            done = done or task.done()
        order = []
        try:
            async for task in asyncio.as_completed(tasks, timeout=seconds(units)):
                order.append(tasks.index(task))
        except (TimeoutError, asyncio.CancelledError) as error:
            return [*order, error]
        return [*order, "all"]

    def state(self, task):
        if task.cancelled():
            return "cancelled"
        if not task.done():
            return "pending"
        return task.exception() or task.result()

    def on_done(self, task):
        task.add_done_callback(self.program.said(self.number))

    def soon(self, task):
        self.call = asyncio.get_running_loop().call_soon(task.cancel)

    def later(self, task, units):
        loop = asyncio.get_running_loop()
        self.call = loop.call_later(units * UNIT, task.cancel)

    def cancel_with(self, task, n):
        self.program.reasons = True
        return task.cancel(f"because {n}")

    def recall(self):
        if not self.call:
            return "-"
        self.call.cancel()
        self.call = None

    def off_done(self, task):
        return task.remove_done_callback(self.program.said(self.number))

    def cleanup_push(self, value):
        line = f"{self.number} cleanup {value}"
        self.cleanups.append(lambda: self.program.trace.add(line))
        self.program.trace.cleanups += 1

    def cleanup_pop(self, run):
        if not self.cleanups or not callable(self.cleanups[-1]):
            raise RuntimeError
        clean = self.cleanups.pop()
        self.program.trace.cleanups -= 1
        if run:
            clean()

    def clean_up(self):
        while self.cleanups:
            self.program.trace.cleanups -= 1
            self.cleanups.pop()()

    def local_set(self, i, value):
        self.program.locals[i].set(value)

    def local_get(self, i):
        return self.program.locals[i].get()

    def tell_local(self, i):
        value = self.program.locals[i].get()
        self.program.trace.add(f"{self.number} local {value}")

    def local_soon(self, i):
        asyncio.get_running_loop().call_soon(self.tell_local, i)

    def local_done(self, task, i):
        task.add_done_callback(lambda task: self.tell_local(i))


def of(objects, method, *fixed):
    """An op on the object whose number is its first argument."""

    def op(script, i, *args):
        return getattr(getattr(script.program, objects)[i], method)(*args, *fixed)

    return op


OPS = {
    "sleep": Script.sleep,
    "spawn": Script.spawn,
    "eager_spawn": Script.eager_spawn,
    "group_spawn": Script.group_spawn,
    "reschedule": Script.reschedule,
    "await": Script.wait_await,
    "gather": Script.gather,
    "wait": Script.wait,
    "wait_for": Script.wait_for,
    "shield": Script.shield,
    "as_completed": Script.as_completed,
    "cancel": lambda script, task: task.cancel(),
    "uncancel": lambda script: asyncio.current_task().uncancel(),
    "cancelling": lambda script, task: task.cancelling(),
    "state": Script.state,
    "on_done": Script.on_done,
    "cancel_with": Script.cancel_with,
    "soon": Script.soon,
    "later": Script.later,
    "recall": Script.recall,
    "off_done": Script.off_done,
    "tasks": lambda script: len(all_tasks()),
    "local_set": Script.local_set,
    "local_get": Script.local_get,
    "local_soon": Script.local_soon,
    "local_done": Script.local_done,
    "cleanup_push": Script.cleanup_push,
    "cleanup_pop": Script.cleanup_pop,
    "lock": lambda script, i: drop(script.program.locks[i].acquire()),
    "unlock": of("locks", "release"),
    "locked": of("locks", "locked"),
    "event_wait": lambda script, i: drop(script.program.events[i].wait()),
    "event_set": of("events", "set"),
    "event_clear": of("events", "clear"),
    "event_is_set": of("events", "is_set"),
    "condition_acquire": lambda script, i: drop(
        script.program.conditions[i].acquire()
    ),
    "condition_release": of("conditions", "release"),
    "condition_wait": lambda script, i: drop(script.program.conditions[i].wait()),
    "condition_wait_for": lambda script, i: drop(
        script.program.conditions[i].wait_for(script.program.events[i].is_set)
    ),
    "condition_notify": of("conditions", "notify"),
    "condition_notify_all": of("conditions", "notify_all"),
    "semaphore_acquire": lambda script, i: drop(
        script.program.semaphores[i].acquire()
    ),
    "semaphore_release": of("semaphores", "release"),
    "semaphore_locked": of("semaphores", "locked"),
    "barrier_wait": lambda script: script.program.barrier.wait(),
    "barrier_reset": lambda script: script.program.barrier.reset(),
    "barrier_abort": lambda script: script.program.barrier.abort(),
    "barrier_waiting": lambda script: script.program.barrier.n_waiting,
    "put": of("queues", "put"),
    "get": of("queues", "get"),
    "put_nowait": of("queues", "put_nowait"),
    "get_nowait": of("queues", "get_nowait"),
    "task_done": of("queues", "task_done"),
    "join": of("queues", "join"),
    "shutdown": of("queues", "shutdown"),
    "queue_size": of("queues", "qsize"),
    "future_set": of("futures", "set_result"),
    "future_fail": lambda script, i: script.program.futures[i].set_exception(
        AppError("EIO")
    ),
    "future_wait": lambda script, i: wait(script.program.futures[i]),
    "future_cancel": of("futures", "cancel"),
}
WAITS_FOR_TASKS = "await shield gather wait_for".split()
SCOPES = "timeout timeout_at group".split()
TASK_OPS = """await wait_for shield cancel cancel_with cancelling state on_done
    off_done local_done soon later""".split()


async def wait(future):
    return await future


async def drop(coro):
    """Some acquires return True; weft's return 0."""
    await coro


def main():
    # Tasks that a deadlock has left are collected, in whatever way they can go,
    # between two programs: closing them runs what they do next.
    sys.unraisablehook = lambda _: None
    warnings.simplefilter("ignore", RuntimeWarning)
    gc.disable()
    programs = []
    for line in sys.stdin:
        if line.startswith("program "):
            programs.append((line.strip(), []))
        elif line.strip():
            programs[-1][1].append(line)
    gc.freeze()  # what is there now is not looked at again
    for title, lines in programs:
        print("\n".join([title, *Program(lines).run()]))
        gc.collect()


if __name__ == "__main__":
    main()
