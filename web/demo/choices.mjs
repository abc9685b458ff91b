// What can be chosen for a program: its arguments, in order.

/**
 * @typedef {object} Choice
 * @property {string} label
 * @property {string | number} value at first
 * @property {number} [min] of a number; without it, the choice is a text
 * @property {number} [max]
 * @property {string} [step]
 */

/** @type {Record<string, Choice[]>} */
const choices = {
  tasks: [
    { label: 'Tasks', value: 6, min: 1, max: 50 },
    { label: 'Shortest, s', value: 0.3, min: 0, max: 60, step: '0.1' },
    { label: 'Longest, s', value: 2, min: 0, max: 60, step: '0.1' },
    { label: 'Cancel after, s', value: 1.5, min: 0, max: 60, step: '0.1' },
  ],
  stress: [
    { label: 'Tasks', value: 100_000, min: 1, max: 1_000_000 },
    { label: 'Seconds', value: 5, min: 0.5, max: 60, step: '0.5' },
  ],
  mandelbrot: [
    {
      label: 'Workers',
      value: navigator.hardwareConcurrency,
      min: 1,
      max: Math.max(8, navigator.hardwareConcurrency),
    },
  ],
  executor: [{ label: 'Workers', value: 2, min: 1, max: 16 }],
  headers: [{ label: 'Address', value: '.' }],
  download: [{ label: 'URL', value: location.href.split('#')[0] }],
  stream: [{ label: 'URL', value: 'http://example.org/' }],
  stream2: [{ label: 'URL', value: 'http://example.org/' }],
};

/** @param {string} name */
export function choicesOf(name) {
  return choices[name] ?? [];
}
