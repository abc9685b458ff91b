// What the tasks and workers of a run do, live: a lane for each, drawn on a
// canvas; who waits for whom, as a tree; and all that happened, as text.
//
// The events come from watch.c and library_executor.js.

/**
 * @typedef {object} TraceEvent
 * @property {'created' | 'resumed' | 'suspended' | 'ended' | 'sent' | 'job' |
 *   'lost' | 'stopped'} kind
 * @property {number} at milliseconds
 * @property {number} [task] names it until it has ended
 * @property {string} [name]
 * @property {string} [what] the function that it waits in
 * @property {number} [on] the task that it waits for, or 0
 * @property {number} [result]
 * @property {boolean} [cancelled]
 * @property {number} [worker]
 * @property {number} [jobs] how many a worker was sent
 * @property {number} [seconds] how long the job took
 */

/**
 * @typedef {object} Lane
 * @property {string} name
 * @property {number} from
 * @property {number} [to] when it ended
 * @property {{from: number, to: number}[]} running
 * @property {number} [since] when it began to run
 * @property {number} jobs that a worker has not done yet
 * @property {string} what it waits in
 * @property {number} on
 * @property {'' | 'done' | 'cancelled' | 'failed'} end
 * @property {number[]} failed when it, or a job of it, was cancelled or failed
 */

const most = { lanes: 60, spans: 400, lines: 400 };
const rowHeight = 22;
const labelWidth = 126;
const axisHeight = 22;
const steps = [1, 10, 100, 1000, 10_000]
  .flatMap((ms) => [ms, 2 * ms, 5 * ms])
  .concat(60_000);
const edge = { left: 10, top: 5, right: 30 };

export class Timeline {
  #canvas;
  #tree;
  #text;
  #begin = 0;
  #end = 0;
  #frame = 0;
  /** @type {Lane[]} */
  #lanes = [];
  /** @type {Map<number, Lane>} by task */
  #tasks = new Map();
  /** @type {Map<number, Lane>} by worker */
  #workers = new Map();
  #workersSeen = 0;
  /** @type {string[]} */
  #lines = [];
  #left = 0;
  #changed = true; // what is told in words

  /**
   * @param {{canvas: HTMLCanvasElement, tree: HTMLElement, text: HTMLElement}} parts
   */
  constructor({ canvas, tree, text }) {
    this.#canvas = canvas;
    this.#tree = tree;
    this.#text = text;
    new ResizeObserver(() => this.#later()).observe(canvas);
  }

  /**
   * A run begins: forgets the last one, and gives what to tell its events. The
   * first of them is its zero.
   */
  start() {
    this.#begin = performance.now();
    this.#end = 0;
    this.#left = 0;
    this.#lanes = [];
    this.#tasks = new Map();
    this.#workers = new Map();
    this.#workersSeen = 0;
    this.#lines = [];
    this.#changed = true;
    this.#later();
    const run = this.#tasks;
    return (/** @type {TraceEvent} */ event) => {
      if (run === this.#tasks) this.#add(event);
    };
  }

  /** The run is over. */
  stop() {
    this.#end = performance.now();
    this.#changed = true;
    this.#later();
  }

  /** @param {TraceEvent} event */
  #add(event) {
    if (!this.#lines.length) this.#begin = event.at;
    this.#changed = true;
    this.#later();
    if (event.worker !== undefined) this.#addJob(event, event.worker);
    else this.#addStep(event, /** @type {number} */ (event.task));
  }

  /** @param {TraceEvent} event @param {number} task */
  #addStep({ kind, at, name = '', what = '', on = 0, ...event }, task) {
    if (kind === 'created') {
      const lane = this.#newLane(name, at);
      if (lane) this.#tasks.set(task, lane);
      this.#say(at, name, 'created');
      return;
    }
    const lane = this.#tasks.get(task);
    if (!lane) return;
    if (kind === 'resumed') {
      lane.since = at;
      lane.what = '';
      return;
    }
    if (lane.since !== undefined) this.#ran(lane, lane.since, at);
    lane.since = undefined;
    if (kind === 'suspended') {
      lane.what = what;
      lane.on = on;
      const other = this.#tasks.get(on)?.name;
      this.#say(
        at,
        lane.name,
        `waits in ${what}${other ? ` for ${other}` : ''}`,
      );
      return;
    }
    const failed = (event.result ?? 0) < 0;
    lane.end = event.cancelled ? 'cancelled' : failed ? 'failed' : 'done';
    if (lane.end !== 'done') lane.failed.push(at);
    lane.to = at;
    this.#tasks.delete(task);
    const how = {
      cancelled: 'cancelled',
      failed: 'failed with',
      done: 'ended with',
    };
    const result = event.cancelled ? '' : ` ${event.result}`;
    this.#say(at, lane.name, how[lane.end] + result);
  }

  /** @param {TraceEvent} event @param {number} worker */
  #addJob({ kind, at, jobs = 0, seconds = 0, result = 0 }, worker) {
    let lane = this.#workers.get(worker);
    if (!lane && kind === 'sent') {
      lane = this.#newLane(`worker ${++this.#workersSeen}`, at);
      if (lane) this.#workers.set(worker, lane);
    }
    if (!lane) return;
    if (kind === 'sent') {
      lane.jobs += jobs;
      if (lane.since === undefined) this.#beginJob(lane, at);
    } else if (kind === 'job') {
      // The worker's own measure, without the way to it.
      const from = Math.max(at - seconds * 1000, lane.since ?? at);
      this.#ran(lane, from, at);
      if (result < 0) lane.failed.push(at);
      this.#say(at, lane.name, `ended a job with ${result}`);
      lane.since = undefined;
      if (--lane.jobs > 0) this.#beginJob(lane, at);
    } else {
      const lost = kind === 'lost' || lane.since !== undefined;
      if (lane.since !== undefined) this.#ran(lane, lane.since, at);
      lane.since = undefined;
      if (lost) lane.failed.push(at);
      lane.to = at;
      this.#workers.delete(worker);
      this.#say(at, lane.name, lost ? 'was lost' : 'was stopped');
    }
  }

  /** @param {Lane} lane @param {number} at */
  #beginJob(lane, at) {
    lane.since = at;
    this.#say(at, lane.name, 'begins a job');
  }

  /** @param {string} name @param {number} from */
  #newLane(name, from) {
    if (this.#lanes.length >= most.lanes) {
      this.#left++;
      return undefined;
    }
    /** @type {Lane} */
    const lane = {
      name,
      from,
      running: [],
      jobs: 0,
      what: '',
      on: 0,
      end: '',
      failed: [],
    };
    this.#lanes.push(lane);
    return lane;
  }

  /** @param {Lane} lane @param {number} from @param {number} to */
  #ran(lane, from, to) {
    const last = lane.running.at(-1);
    // What would be drawn as one is kept as one.
    if (last && (from - last.to < 1 || lane.running.length >= most.spans)) {
      last.to = to;
    } else {
      lane.running.push({ from, to });
    }
  }

  /** @param {number} at @param {string} name @param {string} what */
  #say(at, name, what) {
    if (this.#lines.length >= most.lines) return;
    const ms = Math.max(0, at - this.#begin).toFixed(0);
    this.#lines.push(`${ms} ms: ${name} ${what}`);
  }

  // ---- showing

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      if (this.#changed) {
        this.#changed = false;
        this.#tree.replaceChildren(this.#treeOf());
        this.#text.textContent = this.#lines.join('\n');
      }
      if (!this.#end && this.#begin) this.#later();
    });
  }

  #draw() {
    const canvas = this.#canvas;
    const width = canvas.clientWidth;
    const rows = Math.max(this.#lanes.length, 3);
    const height = edge.top + rows * rowHeight + axisHeight;
    const ratio = devicePixelRatio;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const style = getComputedStyle(canvas);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
    const pen = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext('2d')
    );
    pen.scale(ratio, ratio);
    pen.font = `13px ${style.fontFamily}`;
    pen.textBaseline = 'middle';
    if (!this.#lanes.length) {
      pen.textAlign = 'center';
      pen.fillStyle = colour('--quiet');
      pen.fillText('Each task has a lane here.', width / 2, height / 2);
      canvas.setAttribute('aria-label', 'no task yet');
      return;
    }
    const now = this.#end || performance.now();
    // A short run has all of the width in the end.
    const span = Math.max(now - this.#begin, this.#end ? 20 : 1000);
    const room = width - labelWidth - edge.right;
    const x = (/** @type {number} */ at) =>
      labelWidth + ((at - this.#begin) / span) * room;

    const step = steps.find((ms) => (ms / span) * room > 70);
    pen.textAlign = 'center';
    for (let ms = 0; step && ms <= span; ms += step) {
      const at = x(this.#begin + ms);
      pen.fillStyle = colour('--quiet');
      const text = span < 1000 ? `${ms} ms` : `${ms / 1000} s`;
      pen.fillText(text, at, height - axisHeight / 2);
      pen.fillStyle = colour('--line');
      pen.fillRect(at, 0, 1, height - axisHeight);
    }

    pen.textAlign = 'left';
    this.#lanes.forEach((lane, row) => {
      const middle = edge.top + row * rowHeight + rowHeight / 2;
      pen.fillStyle = colour('--ink');
      pen.fillText(lane.name, edge.left, middle, labelWidth - 2 * edge.left);
      const to = lane.to ?? now;
      pen.fillStyle = colour('--waiting');
      pen.fillRect(x(lane.from), middle - 4, x(to) - x(lane.from), 8);
      pen.fillStyle = colour('--accent');
      const running = [...lane.running];
      if (lane.since !== undefined) running.push({ from: lane.since, to: now });
      for (const { from, to } of running) {
        pen.fillRect(x(from), middle - 7, Math.max(x(to) - x(from), 2.5), 14);
      }
      for (const moment of lane.failed) {
        pen.strokeStyle = colour('--error');
        pen.lineWidth = 2.5;
        const at = x(moment);
        pen.beginPath();
        pen.moveTo(at - 5, middle - 5);
        pen.lineTo(at + 5, middle + 5);
        pen.moveTo(at - 5, middle + 5);
        pen.lineTo(at + 5, middle - 5);
        pen.stroke();
      }
    });
    const more = this.#left ? `, ${this.#left} more are not drawn` : '';
    canvas.setAttribute(
      'aria-label',
      `${this.#lanes.length} tasks and workers over ${(span / 1000).toFixed(1)} seconds${more}`,
    );
  }

  /** Those that are not awaited, and under each the one that it waits for. */
  #treeOf() {
    const list = document.createElement('ul');
    const awaited = new Set([...this.#tasks.values()].map(({ on }) => on));
    const add = (
      /** @type {HTMLElement} */ parent,
      /** @type {number} */ task,
      /** @type {Set<number>} */ above,
    ) => {
      const lane = this.#tasks.get(task);
      if (!lane || above.has(task)) return;
      const item = document.createElement('li');
      item.textContent = `${lane.name}${lane.what ? `: ${lane.what}` : ': runs'}`;
      parent.append(item);
      if (!lane.on) return;
      const below = document.createElement('ul');
      add(below, lane.on, new Set([...above, task]));
      if (below.childElementCount) item.append(below);
    };
    for (const task of this.#tasks.keys()) {
      if (!awaited.has(task)) add(list, task, new Set());
    }
    if (!list.childElementCount) {
      const item = document.createElement('li');
      item.textContent = this.#lines.length
        ? 'All have ended.'
        : 'No task yet.';
      list.append(item);
    }
    return list;
  }
}
