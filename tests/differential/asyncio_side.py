"""Runs programs of the differential test (programs.mjs) on CPython's asyncio.

Programs come on stdin, their traces go to stdout, as weft_side.c does it on
weft. The loop and the trace are those of asyncio_loop.py.
"""

import asyncio
import contextvars
import functools
import gc
import sys
import warnings

from asyncio_loop import (
    UNIT,
    AppError,
    Deadlock,
    LifoQueue,
    Loop,
    OrderedSet,
    PriorityQueue,
    Queue,
    Trace,
    all_tasks,
    name_of,
    text,
    told,
)

LONGEST = 1000.0  # seconds that the main task waits for the others


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
        self.groups = []  # those that are open, of any task
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
        group = asyncio.TaskGroup()
        self.program.groups.append(group)
        try:
            async with group:
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
        finally:
            self.program.groups.remove(group)

    def forgotten(self, tasks):
        """asyncio tells the first who asks why a task was cancelled, and loses
        the reason in shields; weft tells it to all."""
        if any(
            task.cancelled() or (isinstance(task, asyncio.Task) and task.cancelling())
            for task in tasks
        ):
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
                if not error.args and name in WAITS:
                    waited = [*p.tasks.values(), *p.futures]
                    waited = [f for f in waited if f.cancelled()]
                    if "gather" in name:  # which asks a child for the reason
                        waited.append(asyncio.current_task())
                    self.forgotten(waited)
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

    def spawn_in(self, groups, k, **options):
        if not groups or k in self.program.tasks:
            return "-"
        coro = self.program.run_task(k)
        try:
            task = groups[-1].create_task(coro, **options)
        except RuntimeError:
            coro.close()
            return "ECLOSED"
        self.program.tasks[k] = task

    async def child(self, units, fails):
        """A task without a script: it sleeps, and may fail then."""
        result = "0"
        try:
            await asyncio.sleep(units * UNIT)
            if fails:
                raise AppError("EPROTO")
        except (AppError, asyncio.CancelledError) as error:
            result = name_of(error)
            raise
        finally:
            self.program.trace.add(f"{self.number} child {result}")

    def child_in(self, groups, units, fails):
        if not groups:
            return "-"
        coro = self.child(units, fails)
        try:
            groups[-1].create_task(coro)
        except RuntimeError:
            coro.close()
            return "ECLOSED"

    def group_child(self, units, fails):
        return self.child_in(self.groups, units, fails)

    def any_child(self, units, fails):
        return self.child_in(self.program.groups, units, fails)

    def group_spawn(self, k):
        return self.spawn_in(self.groups, k)

    def group_eager(self, k):
        return self.spawn_in(self.groups, k, eager_start=True)

    def any_spawn(self, k):
        return self.spawn_in(self.program.groups, k)

    def reschedule(self, units):
        if not self.scopes:
            return "-"
        scope = self.scopes[-1]
        when = None if units < 0 else asyncio.get_running_loop().time() + units * UNIT
        if scope.expired():
            raise asyncio.InvalidStateError  # asyncio: RuntimeError
        scope.reschedule(when)

    def expired(self):
        return self.scopes[-1].expired() if self.scopes else "-"

    async def sleep(self, units):
        await asyncio.sleep(units * UNIT)

    async def sleep_result(self, units, result):
        return await asyncio.sleep(units * UNIT, result)

    async def wait_await(self, task):
        return await task

    async def gather(self, return_errors, *numbers):
        tasks = self.program.spawned(numbers)
        if not tasks:
            return "-"
        return await self.gather_them(tasks, return_errors)

    async def gather_futures(self, return_errors):
        return await self.gather_them(self.program.futures, return_errors)

    async def gather_them(self, futures, return_errors):
        options = {"return_exceptions": bool(return_errors)}
        try:
            return await asyncio.gather(*futures, **options)
        except asyncio.CancelledError as error:
            if error.args and return_errors and len(set(futures)) > 1:
                why = "a cancelled gather tells its last child's reason"
                self.program.trace.cut(why)
            raise

    async def wait(self, until, units, *numbers):
        tasks = self.program.spawned(numbers)
        if not tasks:
            return "-"
        return await wait_until(until, units, tasks)

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

    def say(self, value):
        self.program.trace.add(f"{self.number} said {value}")

    def say_soon(self, value):
        self.call = asyncio.get_running_loop().call_soon(self.say, value)

    def say_later(self, units, value):
        loop = asyncio.get_running_loop()
        self.call = loop.call_later(units * UNIT, self.say, value)

    def say_at(self, units, value):
        loop = asyncio.get_running_loop()
        self.call = loop.call_at(units * UNIT, self.say, value)

    def soon_set(self, i):
        self.call = asyncio.get_running_loop().call_soon(self.program.events[i].set)

    def soon_put(self, i, value):
        def put():
            try:
                result = text(self.program.queues[i].put_nowait(value))
            except (asyncio.QueueFull, asyncio.QueueShutDown) as error:
                result = name_of(error)
            self.program.trace.add(f"{self.number} put {result}")

        self.call = asyncio.get_running_loop().call_soon(put)

    def done_cancel(self, task, other):
        if other not in self.program.tasks:
            return "-"
        task.add_done_callback(lambda task: self.program.tasks[other].cancel())

    def done_set(self, task, i):
        task.add_done_callback(lambda task: self.program.events[i].set())

    def future_on_done(self, i):
        future = self.program.futures[i]
        future.add_done_callback(self.program.said(self.number))

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
    "sleep_result": Script.sleep_result,
    "spawn": Script.spawn,
    "eager_spawn": Script.eager_spawn,
    "group_spawn": Script.group_spawn,
    "group_eager": Script.group_eager,
    "any_spawn": Script.any_spawn,
    "group_child": Script.group_child,
    "any_child": Script.any_child,
    "expired": Script.expired,
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
    "say_soon": Script.say_soon,
    "say_later": Script.say_later,
    "say_at": Script.say_at,
    "soon_set": Script.soon_set,
    "soon_put": Script.soon_put,
    "done_cancel": Script.done_cancel,
    "done_set": Script.done_set,
    "tasks": lambda script: sum(map(is_ours, all_tasks())),
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
    "barrier_broken": lambda script: script.program.barrier.broken,
    "put": of("queues", "put"),
    "get": of("queues", "get"),
    "put_nowait": of("queues", "put_nowait"),
    "get_nowait": of("queues", "get_nowait"),
    "task_done": of("queues", "task_done"),
    "join": of("queues", "join"),
    "shutdown": of("queues", "shutdown"),
    "queue_size": of("queues", "qsize"),
    "queue_full": of("queues", "full"),
    "queue_empty": of("queues", "empty"),
    "future_set": of("futures", "set_result"),
    "future_fail": lambda script, i: script.program.futures[i].set_exception(
        AppError("EIO")
    ),
    "future_wait": lambda script, i: wait(script.program.futures[i]),
    "future_cancel": of("futures", "cancel"),
    "future_on_done": Script.future_on_done,
    "future_shield": lambda script, i: wait(asyncio.shield(script.program.futures[i])),
    "future_wait_for": lambda script, i, units: asyncio.wait_for(
        script.program.futures[i], seconds(units)
    ),
    "gather_futures": Script.gather_futures,
    "wait_futures": lambda script, until, units: wait_until(
        until, units, script.program.futures
    ),
}
WAITS = """await shield gather wait_for
    future_shield gather_futures future_wait_for""".split()
SCOPES = "timeout timeout_at group".split()
TASK_OPS = """await wait_for shield cancel cancel_with cancelling state on_done
    off_done local_done soon later done_cancel done_set""".split()


def is_ours(task):
    """Not one with which asyncio closes a run."""
    return task.get_coro().cr_code.co_filename == __file__


async def wait(future):
    return await future


async def wait_until(until, units, futures):
    """Which of them are done."""
    until = (
        asyncio.FIRST_COMPLETED,
        asyncio.FIRST_EXCEPTION,
        asyncio.ALL_COMPLETED,
    )[until]
    done, _ = await asyncio.wait(futures, timeout=seconds(units), return_when=until)
    return [int(future in done) for future in futures]


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
