// Random programs over what weft and asyncio share, as text:
//
//   program 17                        its seed
//   objects 1 2 3 0 2 1               values of two semaphores, parties of the
//                                     barrier, sizes of FIFO, LIFO, priority
//   task 1                            the first task; others are spawned
//   p spawn 2                         p: an error ends the task or scope,
//   c timeout 8812 2                  c: it goes on. A scope has, as its last
//   p lock 0                          argument, how many ops are inside.
//   p await 2
//
// Times are in units of 2^-20 s. Numbers of tasks and objects are arguments.

/** @typedef {{goesOn: boolean, name: string, args: number[], body?: Op[]}} Op */
/** @typedef {{title: string, objects: number[], tasks: Op[][]}} Program */

/**
 * A generator of numbers below n (mulberry32).
 * @param {number} seed
 */
function randomizer(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (/** @type {number} */ n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/**
 * Families of ops; a program uses some of them, so that they meet. Arguments:
 * t any task, c a later task, C some later tasks, d a time, D a time or -1 for
 * none, o one of two objects, q a queue, i, j and k an object, queue or later
 * task that is one throughout the phrase, 2 and 3 numbers below that, v a value.
 * What begins with ! goes on when it fails.
 * @type {Record<string, string[]>}
 */
const families = {
  lock: ['lock o', 'unlock o', 'locked o', 'lock i; sleep 0; unlock i'],
  event: ['event_wait o', 'event_wait o', 'event_set o', 'event_clear o'],
  condition: [
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_notify i 3; sleep 0; condition_release i',
    'condition_acquire i; condition_notify_all i; condition_release i',
    ...['condition_acquire o', 'condition_wait o', 'condition_notify o 3'],
    'condition_release o',
    'condition_acquire i; condition_wait_for i; condition_release i',
    'condition_acquire i; event_set i; condition_notify_all i; condition_release i',
    '!sleep 0; condition_acquire i; event_set i; condition_notify_all i; condition_release i',
    '!sleep 0; condition_acquire i; condition_notify i 3; condition_release i',
  ],
  semaphore: [
    ...['semaphore_acquire o', 'semaphore_release o', 'semaphore_locked o'],
    'semaphore_acquire i; sleep 0; semaphore_release i',
  ],
  barrier: [
    ...['barrier_wait', 'barrier_wait', 'barrier_wait', 'barrier_waiting'],
    ...['barrier_wait', 'barrier_wait', 'barrier_reset', 'barrier_abort'],
    'barrier_broken',
  ],
  queue: [
    'put_nowait j v; !put_nowait j v; !put_nowait j v',
    ...['put q v', 'put q v', 'get q', 'get q', 'put_nowait q v'],
    ...['get_nowait q', 'task_done q', 'join q', 'queue_size q'],
    ...['get j; sleep 0; task_done j', 'shutdown q 2', 'queue_full q'],
    ...['queue_empty q', 'soon_put q v', 'put j v; join j', 'put j v; get j'],
  ],
  future: [
    ...['future_wait o', 'future_wait o', 'future_set o v', 'future_fail o'],
    ...['future_cancel o', 'future_shield o', 'future_wait_for o D'],
    ...['future_wait_for o 0', 'gather_futures 2', 'future_on_done o'],
    ...['wait_futures 3 D', 'done_set t o'],
  ],
  wait: [
    ...['gather 2 C', 'wait 3 D C', 'wait_for c D', 'wait_for c 0'],
    ...['shield c', 'as_completed D C', 'spawn k; shield k'],
    ...['spawn k; gather 2 k C', 'spawn k; wait 3 D k C', 'spawn k; await k'],
    ...['spawn k; sleep 0; wait_for k d', 'spawn k; sleep 0; wait_for k 0'],
    ...['spawn k; as_completed D k C', 'gather_futures 2', 'wait_futures 3 D'],
  ],
  cancel: [
    ...['cancel t', 'cancel t', 'cancel t', 'uncancel', 'cancelling t'],
    ...['soon t', 'later t d', 'recall', 'done_cancel t t'],
    ...['cancel_with t v', 'cancel_with t v', 'cancel_with t v'],
    ...[
      '!sleep d; uncancel',
      '!sleep 0; uncancel; sleep 0',
      'cancel t; cancel t',
    ],
    ...['!await c; uncancel; sleep 0', '!sleep d; !sleep 0; cancelling t'],
  ],
  call: [
    ...['say_soon v', 'say_later d v', 'say_at d v', 'recall', 'soon_set o'],
    ...['say_later d v; sleep d; recall', 'say_soon v; recall', 'later t d'],
    ...['soon t; recall', 'soon_put q v'],
  ],
  scope: [
    ...['timeout d', 'timeout d', 'timeout 0', 'group', 'group'],
    ...['timeout_at d', 'reschedule D', '!sleep d; expired'],
    ...['!sleep 0; reschedule D', '!sleep d; group_spawn c', 'any_spawn c'],
    ...[
      'group_child d 2',
      'any_child d 2',
      'group_eager c',
      '!sleep d; any_spawn c',
    ],
  ],
  local: [
    ...['local_set o v', 'local_set o v', 'local_get o', 'local_get o'],
    ...['local_soon o', 'local_done t o'],
  ],
  cleanup: [
    ...['cleanup_push v', 'cleanup_push v', 'cleanup_push v', 'cleanup_pop 2'],
    ...['timeout d', 'group'],
  ],
  callback: ['on_done t', 'on_done t', 'off_done t', 'tasks', 'state t'],
};

const isScope = (/** @type {string} */ name) =>
  ['timeout', 'timeout_at', 'group'].includes(name);

const always = [
  ...['sleep 0', 'sleep 0', 'sleep d', 'await c', 'cancel t', 'state t'],
  ...['sleep_result d v'],
  ...['on_done t', 'event_is_set o'],
];
// What all tasks of a race do at one object: come, and get cancelled just when
// they were woken.
/** @type {string[][]} */
const races = [
  ['lock i; sleep 0; unlock i', 'lock i; sleep 0; unlock i; cancel t'],
  ['event_wait i', 'event_wait i', 'event_set i; cancel t; event_clear i'],
  [
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_notify i 3; condition_release i; cancel t',
  ],
  [
    'semaphore_acquire i',
    'semaphore_acquire i',
    'semaphore_release i; cancel t',
  ],
  ['barrier_wait', 'barrier_wait', 'barrier_wait; cancel t', 'barrier_reset'],
  ['get j', 'get j', 'get j', 'put_nowait j v; cancel t', 'shutdown j 2'],
  ['put j v', 'put j v', 'put j v', 'get_nowait j; cancel t', 'shutdown j 2'],
  ['get j', 'put j v; cancel t', 'task_done j; cancel t', 'join j'],
];
// Families in which more can happen are used more often.
const intricate = ['wait', 'wait', 'scope', 'scope', 'future', 'cancel'];
const racing = ['sleep 0', 'sleep 0', 'cancel t'];
const last = ['return v', 'fail 3'];

/**
 * @param {number} seed
 * @returns {Program}
 */
export function generate(seed) {
  const random = randomizer(seed);
  const crowded = random(4) === 0; // many tasks, long scripts
  const count = 2 + random(crowded ? 9 : 5);
  const names = [...Object.keys(families), ...intricate];
  const race = random(3) === 0; // all at one object, with cancels
  const used = race ? racing.slice() : always.slice();
  if (race) used.push(...races[random(races.length)]);
  for (let n = race ? 0 : 1 + random(3); n > 0; n--) {
    const family = families[names[random(names.length)]];
    used.push(...family, ...family);
  }
  const only = [random(2), random(3)];
  const object = () => (race ? only[0] : random(2));
  const queue = () => (race ? only[1] : random(3));
  const size = () => (race ? 1 + random(2) : random(3));
  const objects = [
    ...[random(3), 1 + random(2), 1 + random(4)],
    ...[size(), size(), size()],
  ];

  /**
   * @param {string} kind
   * @param {number} task
   */
  const argument = (kind, task) => {
    const later = () => task + 1 + random(count - task);
    switch (kind) {
      case 't':
        return [1 + random(count)];
      case 'c':
        return [later()];
      case 'C':
        return [...new Set([later(), later(), later()])];
      case 'd':
        return [1 + random(1 << 20)];
      case 'D':
        return [random(2) ? -1 : 1 + random(1 << 20)];
      case 'v':
        return [random(1000)];
      case 'o':
        return [object()];
      case 'q':
        return [queue()];
      case '2':
        return [random(2)];
      case '3':
        return [random(3)];
      default:
        return [Number(kind.replace('=', ''))];
    }
  };

  /**
   * The ops of a phrase.
   * @param {string} phrase
   * @param {number} task
   * @param {number} depth
   */
  const say = (phrase, task, depth) => {
    const later = task + 1 + random(Math.max(count - task, 1));
    const shapes = phrase
      .replaceAll(/ i\b/g, ` =${object()}`)
      .replaceAll(/ j\b/g, ` =${queue()}`)
      .replaceAll(/ k\b/g, ` =${later}`);
    return shapes.split('; ').map((shape) => op(shape, task, depth));
  };

  /**
   * @param {string} shape
   * @param {number} task
   * @param {number} depth
   * @returns {Op}
   */
  const op = (shape, task, depth) => {
    const [word, ...kinds] = shape.split(' ');
    const name = word.replace('!', '');
    let args = kinds.flatMap((kind) => argument(kind, task));
    if (name === 'as_completed') args = [args[0], ...new Set(args.slice(1))];
    const goesOn = word !== name || random(5) < 2;
    if (!isScope(name)) return { goesOn, name, args };
    const body = ops(task, random(4), depth + 1);
    if (name !== 'group' && random(2)) body.push(op('sleep d', task, depth));
    if (name !== 'group' || task === count) return { goesOn, name, args, body };
    for (let n = random(3); n > 0; n--) {
      const shape = random(2) ? '!group_spawn c' : 'group_child d 2';
      body.unshift(op(shape, task, depth));
    }
    if (random(3) === 0) {
      body.push(...say('!sleep d; !group_child d 2', task, depth));
    }
    return { goesOn, name, args, body };
  };

  /**
   * @param {number} task
   * @param {number} length
   * @param {number} depth
   */
  const ops = (task, length, depth) => {
    const shapes = used.filter(
      (shape) =>
        (task < count || !/ [cCk]\b/.test(shape)) &&
        (depth < 2 || !/^(timeout|group)/.test(shape)),
    );
    return Array.from({ length }, () =>
      say(shapes[random(shapes.length)], task, depth),
    ).flat();
  };

  const tasks = Array.from({ length: count }, (_, i) => {
    const longest = race ? 4 : crowded ? 10 : 7;
    const script = ops(i + 1, 1 + random(longest), 0);
    if (random(2)) script.push(op(last[random(last.length)], i + 1, 0));
    return script;
  });
  for (let child = 2; child <= count; child++) {
    const parent = race || random(2) ? 0 : random(child - 1);
    spawn(tasks[parent], race ? 0 : tasks[parent].length, child, random);
    const groups = tasks.some((ops) => ops.some((o) => o.name === 'group'));
    if (!groups || random(2)) continue;
    const other = tasks[random(count)]; // which may be too late
    const at = random(1 + random(other.length + 1));
    other.splice(at, 0, { goesOn: true, name: 'any_spawn', args: [child] });
  }
  return { title: `program ${seed}`, objects, tasks };
}

/**
 * Puts the spawning of a task into a script, mostly near its start, or into
 * one of its groups.
 * @param {Op[]} script
 * @param {number} latest before which op at the latest
 * @param {number} child
 * @param {(n: number) => number} random
 */
function spawn(script, latest, child, random) {
  const groups = script.filter((o) => o.name === 'group');
  if (groups.length && random(4)) {
    const body = /** @type {Op[]} */ (groups[random(groups.length)].body);
    const at = random(body.length + 1);
    const name = random(6) ? 'group_spawn' : 'group_eager';
    body.splice(at, 0, { goesOn: true, name, args: [child] });
  } else {
    const at = random(1 + random(latest + 1));
    const name = random(8) ? 'spawn' : 'eager_spawn';
    script.splice(at, 0, { goesOn: true, name, args: [child] });
  }
}

/**
 * @param {Op[]} ops
 * @returns {string[]}
 */
function lines(ops) {
  return ops.flatMap(({ goesOn, name, args, body }) => {
    const inner = body ? lines(body) : [];
    const all = body ? [...args, inner.length] : args;
    return [[goesOn ? 'c' : 'p', name, ...all].join(' '), ...inner];
  });
}

/**
 * The program as both sides read it.
 * @param {Program} program
 */
export function format({ title, objects, tasks }) {
  const parts = tasks.flatMap((ops, i) => [`task ${i + 1}`, ...lines(ops)]);
  return `${title}\nobjects ${objects.join(' ')}\n${parts.join('\n')}\n`;
}

/**
 * Programs from their text; lines that begin with # are comments.
 * @param {string} text
 */
export function parse(text) {
  /** @type {Program[]} */
  const programs = [];
  /** @type {{ops: Op[], left: number}[]} the open scopes of the task */
  let open = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    if (line.startsWith('#') || !words[0]) continue;
    const program = programs.at(-1);
    if (words[0] === 'program' || !program) {
      programs.push({ title: line.trim(), objects: [], tasks: [] });
    } else if (words[0] === 'objects') {
      program.objects = words.slice(1).map(Number);
    } else if (words[0] === 'task') {
      open = [{ ops: [], left: Infinity }];
      program.tasks[Number(words[1]) - 1] = open[0].ops;
    } else {
      const [flag, name, ...rest] = words;
      /** @type {Op} */
      const op = { goesOn: flag === 'c', name, args: rest.map(Number) };
      for (const scope of open) scope.left--;
      open[open.length - 1].ops.push(op);
      if (isScope(name)) {
        op.body = [];
        const left = Number(op.args.pop());
        open.push({ ops: op.body, left });
      }
      while (open[open.length - 1].left <= 0) open.pop();
    }
  }
  return programs;
}

/**
 * Each program with one thing less: an op, a scope around ops, all the ops of
 * a task.
 * @param {Program} program
 * @returns {Program[]}
 */
export function smaller(program) {
  /**
   * @param {Op[]} ops
   * @returns {Op[][]}
   */
  const less = (ops) =>
    ops.flatMap((op, i) => {
      const put = (/** @type {Op[]} */ instead) => [
        ...ops.slice(0, i),
        ...instead,
        ...ops.slice(i + 1),
      ];
      if (!op.body) return [put([])];
      const bodies = less(op.body).map((body) => put([{ ...op, body }]));
      return [put([]), put(op.body), ...bodies];
    });
  return program.tasks.flatMap((ops, i) => {
    const replace = (/** @type {Op[]} */ instead) => ({
      ...program,
      tasks: program.tasks.map((old, j) => (i === j ? instead : old)),
    });
    return [...(ops.length > 1 ? [[]] : []), ...less(ops)].map(replace);
  });
}
