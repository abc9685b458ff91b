// What a program prints, as it prints it, its stderr set apart. Output is
// shown once a frame, and of very long output the end.

const mostPieces = 2000;

export class Screen {
  #element;
  /** @type {HTMLElement[]} */
  #waiting = [];
  #generation = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  clear() {
    this.#generation++;
    this.#waiting = [];
    this.#element.replaceChildren();
  }

  /**
   * A function that shows bytes; it does nothing once the screen was cleared.
   * @param {'stdout' | 'stderr'} kind
   */
  writer(kind) {
    const decoder = new TextDecoder();
    const generation = this.#generation;
    return (/** @type {Uint8Array} */ bytes) => {
      if (generation !== this.#generation) return;
      this.#add(kind, decoder.decode(bytes, { stream: true }));
    };
  }

  /** @param {string} kind @param {string} text */
  #add(kind, text) {
    let last = this.#waiting.at(-1);
    if (last?.className !== kind) {
      last = document.createElement('span');
      last.className = kind;
      if (this.#waiting.push(last) === 1) {
        requestAnimationFrame(() => this.#show());
      }
    }
    last.append(text);
  }

  #show() {
    const element = this.#element;
    const atEnd =
      element.scrollTop + element.clientHeight > element.scrollHeight - 40;
    element.append(...this.#waiting);
    this.#waiting = [];
    while (element.childElementCount > mostPieces) element.firstChild?.remove();
    if (atEnd) element.scrollTop = element.scrollHeight;
  }
}
