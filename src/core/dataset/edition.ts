import type { LineCheck } from './line.ts';

/**
 * A number that changes whenever the problems of the lines of a text may have. Most edits change a line without a
 * problem into another one without, and whoever shows the problems of all lines need not look at them again.
 */
export class Edition {
  #number = 0;
  /** What was known of lines that were edited since, for as long as only their own text was. */
  readonly #before = new Map<number, LineCheck>();

  get number(): number {
    return this.#number;
  }

  /** Other problems may be there now. */
  change(): void {
    this.#number += 1;
    this.#before.clear();
  }

  /** The text of a line was edited; `known`: what was known of it, and that it had no problem. */
  edit(line: number, known: LineCheck | undefined): void {
    if (known) {
      this.#before.set(line, known);
    } else if (!this.#before.has(line)) {
      this.change();
    }
  }

  /** A line was checked. Lines that are alike, and have no problem, share what is known of them. */
  check(line: number, found: LineCheck): void {
    const before = this.#before.get(line);
    this.#before.delete(line);
    if (before !== found) {
      this.#number += 1;
    }
  }
}
