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
 * none, 2 and 3 numbers below that, i and j the same throughout the phrase, v a
 * value.
 * @type {Record<string, string[]>}
 */
const families = {
  lock: ['lock 2', 'unlock 2', 'locked 2', 'lock i; sleep 0; unlock i'],
  event: ['event_wait 2', 'event_wait 2', 'event_set 2', 'event_clear 2'],
  condition: [
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_wait i; condition_release i',
    'condition_acquire i; condition_notify i 3; sleep 0; condition_release i',
    'condition_acquire i; condition_notify_all i; condition_release i',
    ...['condition_acquire 2', 'condition_wait 2', 'condition_notify 2 3'],
    'condition_release 2',
  ],
  semaphore: [
    ...['semaphore_acquire 2', 'semaphore_release 2', 'semaphore_locked 2'],
    'semaphore_acquire i; sleep 0; semaphore_release i',
  ],
  barrier: [
    ...['barrier_wait', 'barrier_wait', 'barrier_wait', 'barrier_waiting'],
    ...['barrier_wait', 'barrier_wait', 'barrier_reset', 'barrier_abort'],
  ],
  queue: [
    ...['put 3 v', 'put 3 v', 'get 3', 'get 3', 'put_nowait 3 v'],
    ...['get_nowait 3', 'task_done 3', 'join 3', 'queue_size 3'],
    ...['get j; sleep 0; task_done j', 'shutdown 3 2'],
  ],
  future: [
    ...['future_wait 2', 'future_wait 2', 'future_set 2 v', 'future_fail 2'],
    'future_cancel 2',
  ],
  wait: [
    ...['gather 2 C', 'wait 3 D C', 'wait_for c d', 'wait_for c 0'],
    ...['shield c', 'as_completed D C'],
  ],
  cancel: [
    ...['cancel t', 'cancel t', 'cancel t', 'uncancel', 'cancelling t'],
    ...['soon t', 'later t d'],
  ],
  scope: [
    ...['timeout d', 'timeout d', 'timeout 0', 'group', 'group'],
    'reschedule D',
  ],
};

const always = [
  ...['sleep 0', 'sleep 0', 'sleep d', 'await c', 'cancel t', 'state t'],
  ...['on_done t', 'event_is_set 2'],
];
const last = ['return v', 'return v', 'fail 3'];

/**
 * @param {number} seed
 * @returns {Program}
 */
export function generate(seed) {
  const random = randomizer(seed);
  const crowded = random(4) === 0; // many tasks, long scripts
  const count = 2 + random(crowded ? 9 : 5);
  const names = Object.keys(families);
  const used = always.slice();
  for (let n = 1 + random(3); n > 0; n--) {
    const family = families[names[random(names.length)]];
    used.push(...family, ...family);
  }
  const objects = [
    ...[random(3), 1 + random(2), 1 + random(4)],
    ...[random(3), random(3), random(3)],
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
      case '2':
        return [random(2)];
      case '3':
        return [random(3)];
      default:
        return [Number(kind)];
    }
  };

  /**
   * The ops of a phrase.
   * @param {string} phrase
   * @param {number} task
   * @param {number} depth
   */
  const say = (phrase, task, depth) => {
    const shapes = phrase
      .replaceAll(' i', ` ${random(2)}`)
      .replaceAll(' j', ` ${random(3)}`);
    return shapes.split('; ').map((shape) => op(shape, task, depth));
  };

  /**
   * @param {string} shape
   * @param {number} task
   * @param {number} depth
   * @returns {Op}
   */
  const op = (shape, task, depth) => {
    const [name, ...kinds] = shape.split(' ');
    const args = kinds.flatMap((kind) => argument(kind, task));
    const goesOn = random(5) < 2;
    if (name !== 'timeout' && name !== 'group') return { goesOn, name, args };
    return { goesOn, name, args, body: ops(task, random(4), depth + 1) };
  };

  /**
   * @param {number} task
   * @param {number} length
   * @param {number} depth
   */
  const ops = (task, length, depth) => {
    const shapes = used.filter(
      (shape) =>
        (task < count || !/ [cC]/.test(shape)) &&
        (depth < 2 || !/^(timeout|group)/.test(shape)),
    );
    return Array.from({ length }, () =>
      say(shapes[random(shapes.length)], task, depth),
    ).flat();
  };

  const tasks = Array.from({ length: count }, (_, i) => {
    const script = ops(i + 1, 1 + random(crowded ? 10 : 7), 0);
    if (random(2)) script.push(op(last[random(last.length)], i + 1, 0));
    return script;
  });
  for (let child = 2; child <= count; child++) {
    spawn(tasks[random(2) ? 0 : random(child - 1)], child, random);
  }
  return { title: `program ${seed}`, objects, tasks };
}

/**
 * Puts the spawning of a task into a script, mostly near its start, or into
 * one of its groups.
 * @param {Op[]} script
 * @param {number} child
 * @param {(n: number) => number} random
 */
function spawn(script, child, random) {
  const groups = script.filter((o) => o.name === 'group');
  if (groups.length && random(4)) {
    const body = /** @type {Op[]} */ (groups[random(groups.length)].body);
    const at = random(body.length + 1);
    body.splice(at, 0, { goesOn: true, name: 'group_spawn', args: [child] });
  } else {
    const at = random(1 + random(script.length + 1));
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
      if (name === 'timeout' || name === 'group') {
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
