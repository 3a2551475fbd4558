/**
 * Turns the bytes of generated tokens into text that can be shown at once: a character whose bytes are not all there
 * yet is held back, and so is text that may be the beginning of a stop string.
 */
export class AnswerText {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #stops: readonly string[];
  #held = '';
  #shown = 0;
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Whether a stop string has come; the text ends in front of it. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** UTF-16 units that may be shown, by now. */
  get shown(): number {
    return this.#shown;
  }

  /** UTF-16 units that have come, those held back included. */
  get length(): number {
    return this.#shown + this.#held.length;
  }

  /** Adds the bytes of a token; returns what may be shown now. */
  push(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** Returns what was held back. */
  end(): string {
    return this.#take(this.#decoder.decode(), true);
  }

  #take(text: string, last: boolean): string {
    if (this.#stopped) {
      return '';
    }
    this.#held += text;
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.#stopped = true;
      const before = this.#held.slice(0, Math.min(...found));
      this.#shown += before.length;
      return before;
    }
    const keep = last ? 0 : this.#possibleStart();
    const shown = this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
    this.#shown += shown.length;
    return shown;
  }

  /** Length of the longest end of the held text with which a stop string begins. */
  #possibleStart(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length -= 1) {
        if (this.#held.endsWith(stop.slice(0, length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
