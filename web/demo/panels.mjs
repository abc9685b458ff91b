// What some programs show beside their output, and what they may call.

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {HTMLElement[]} parts what the page shows
 * @property {Record<string, (...args: any[]) => any>} [imports] what C may call
 * @property {boolean} [unwatched] too much goes on for the timeline
 * @property {() => void} [start] a run begins
 * @property {() => void} [stop] it has ended
 * @property {(text: string) => void} [output] it has printed this
 */

/**
 * @typedef {object} Page what a panel may ask of the page
 * @property {(args: string[]) => Promise<number | undefined>} run runs the
 *   program with other arguments; undefined: it was stopped
 */

/** @type {Record<string, (page: Page) => Panel>} */
const panels = { mandelbrot, stress, headers };

/** @param {string} name @param {Page} page */
export function panelOf(name, page) {
  return panels[name]?.(page);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {...(Node | string)} children
 */
function make(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

/** @returns {Panel} */
function headers() {
  return {
    title: '',
    parts: [],
    imports: {
      headers: async (
        /** @type {string} */ address,
        /** @type {{signal: AbortSignal}} */ { signal },
      ) => {
        const answer = await fetch(address, { method: 'HEAD', signal });
        const lines = [...answer.headers].map(([n, value]) => `${n}: ${value}`);
        return [`${answer.status} ${answer.statusText}`, ...lines];
      },
    },
  };
}

/** Frames of the page and switches of the program, measured while it runs. */
/** @returns {Panel} */
function stress() {
  const rate = make('dd', '–');
  const frames = make('dd', '–');
  const longest = make('dd', '–');
  const list = make(
    'dl',
    make('div', make('dt', 'Switches a second'), rate),
    make('div', make('dt', 'Frames a second'), frames),
    make('div', make('dt', 'Longest frame'), longest),
  );
  list.className = 'meters';
  let running = false;
  const measure = () => {
    let last = performance.now();
    let count = 0;
    let since = last;
    let slowest = 0;
    const frame = () => {
      if (!running) return;
      const now = performance.now();
      slowest = Math.max(slowest, now - last);
      last = now;
      count++;
      if (now - since > 500) {
        frames.textContent = ((count * 1000) / (now - since)).toFixed(0);
        longest.textContent = `${slowest.toFixed(0)} ms`;
        since = now;
        count = slowest = 0;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  return {
    title: 'The page meanwhile',
    parts: [list],
    unwatched: true,
    start: () => {
      running = true;
      measure();
    },
    stop: () => {
      running = false;
    },
    output: (text) => {
      const found = /([\d.]+) million/.exec(text);
      if (found) rate.textContent = `${found[1]} M`;
    },
  };
}

/** @param {Page} page @returns {Panel} */
function mandelbrot(page) {
  const canvas = make('canvas');
  canvas.width = 512;
  canvas.height = 384;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'the Mandelbrot set');
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const most = navigator.hardwareConcurrency;
  const button = make('button', `Measure 1 to ${most} workers`);
  button.type = 'button';
  const body = make('tbody');
  const heads = ['Workers', 'Seconds', 'Speed-up', ''].map((text) => {
    const head = make('th', text);
    head.scope = 'col';
    return head;
  });
  const table = make('table', make('thead', make('tr', ...heads)), body);
  table.className = 'bars';
  let seconds = NaN;

  const measure = async () => {
    button.disabled = true;
    body.replaceChildren();
    let alone = NaN;
    for (let workers = 1; workers <= most; workers++) {
      if ((await page.run([String(workers)])) !== 0) break;
      if (workers === 1) alone = seconds;
      const bar = make('meter');
      bar.max = most;
      bar.value = alone / seconds;
      bar.setAttribute('aria-label', `speed-up with ${workers} workers`);
      const head = make('th', String(workers));
      head.scope = 'row';
      const speedUp = `${(alone / seconds).toFixed(2)} ×`;
      body.append(
        make(
          'tr',
          head,
          make('td', seconds.toFixed(3)),
          make('td', speedUp),
          make('td', bar),
        ),
      );
    }
    button.disabled = false;
  };
  button.addEventListener('click', () => void measure());

  return {
    title: 'Tiles and speed-up',
    parts: [canvas, make('div', button, table)],
    start: () => pen.clearRect(0, 0, canvas.width, canvas.height),
    output: (text) => {
      const found = /workers: ([\d.]+) seconds/.exec(text);
      if (found) seconds = Number(found[1]);
    },
    imports: {
      tile: (
        /** @type {number} */ x,
        /** @type {number} */ y,
        /** @type {number} */ size,
        /** @type {Uint8Array} */ shades,
      ) => {
        const image = pen.createImageData(size, size);
        shades.forEach((shade, i) => {
          const t = shade / 255;
          image.data[4 * i] = shade && 255 * Math.sqrt(t);
          image.data[4 * i + 1] = shade && 255 * t;
          image.data[4 * i + 2] = shade && 90 + 165 * (1 - t) * t * 4;
          image.data[4 * i + 3] = 255;
        });
        pen.putImageData(image, x, y);
      },
    },
  };
}
