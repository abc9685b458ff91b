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
const choices = {};

/** @param {string} name */
export function choicesOf(name) {
  return choices[name] ?? [];
}
