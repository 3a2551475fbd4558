import { similarity, type Sketch } from './sketch.ts';

/** One text among many, however often it occurs. */
export type Text<T> = {
  readonly sketch: Sketch;
  readonly answer: number;
  readonly answerLength: number;
  /** Texts that are nearly the same. */
  readonly near: Set<T>;
};

/** So many of the smallest hashes of a text lead to others that have one of them. */
const keys = 8;
/** A shorter answer is a label: texts with different ones are different. In UTF-16 units. */
const label = 60;
const similar = 0.8;
const sharedKeys = 0.4;

/**
 * Finds texts that are nearly the same among many, in a time that grows with their number and not with its square.
 * What many texts have in common is a template and tells nothing, so a hash that more than a few of them have leads
 * nowhere. What is near follows from the texts alone and not from the order in which they came or went.
 */
export class NearIndex<T extends Text<T>> {
  readonly #postings = new Map<number, T | Set<T>>();
  readonly #texts = new Set<T>();
  readonly #open = new Set<T>();
  #most = mostOf(0);

  add(text: T): void {
    this.#texts.add(text);
    this.#open.add(text);
    for (const key of keysOf(text)) {
      const known = this.#postings.get(key);
      if (known === undefined) {
        this.#postings.set(key, text);
      } else if (known instanceof Set) {
        known.add(text);
        this.#crossed(known, known.size - 1);
      } else {
        this.#postings.set(key, new Set([known, text]));
      }
    }
    this.#resized();
  }

  remove(text: T): void {
    this.#texts.delete(text);
    this.#open.delete(text);
    for (const other of text.near) {
      other.near.delete(text);
    }
    text.near.clear();
    for (const key of keysOf(text)) {
      const known = this.#postings.get(key);
      if (known instanceof Set) {
        known.delete(text);
        this.#crossed(known, known.size + 1);
        const [only] = known;
        if (known.size === 1 && only) {
          this.#postings.set(key, only);
        }
      } else {
        this.#postings.delete(key);
      }
    }
    this.#resized();
  }

  /** Compares what was not compared yet until `stop`, asked after each text, says so. True if nothing is left. */
  settle(stop: () => boolean): boolean {
    for (const text of this.#open) {
      this.#open.delete(text);
      this.#compare(text);
      if (this.#open.size > 0 && stop()) {
        return false;
      }
    }
    return true;
  }

  /** The first text found that is nearly the same as one that need not be among these. */
  find(text: T): T | undefined {
    for (const candidate of this.#candidates(text)) {
      if (this.#isNear(text, candidate)) {
        return candidate;
      }
    }
    return undefined;
  }

  #compare(text: T): void {
    const before = [...text.near];
    const now = new Set<T>();
    for (const candidate of this.#candidates(text)) {
      if (candidate !== text && this.#isNear(text, candidate)) {
        now.add(candidate);
        candidate.near.add(text);
        text.near.add(candidate);
      }
    }
    for (const other of before) {
      if (!now.has(other)) {
        other.near.delete(text);
        text.near.delete(other);
      }
    }
  }

  #candidates(text: T): Set<T> {
    const found = new Set<T>();
    for (const key of keysOf(text)) {
      const posting = this.#postings.get(key);
      if (posting instanceof Set) {
        if (posting.size <= this.#most) {
          posting.forEach((one) => found.add(one));
        }
      } else if (posting) {
        found.add(posting);
      }
    }
    return found;
  }

  #isNear(one: T, other: T): boolean {
    if (one.sketch.numbers !== other.sketch.numbers) {
      return false;
    }
    if (one.answer !== other.answer && Math.min(one.answerLength, other.answerLength) < label) {
      return false;
    }
    const left = this.#tellingKeys(one);
    const right = this.#tellingKeys(other);
    const shared = left.filter((key) => right.includes(key)).length;
    return (
      shared >= sharedKeys * (left.length + right.length - shared) &&
      similarity(one.sketch.smallest, other.sketch.smallest) >= similar
    );
  }

  #tellingKeys(text: T): number[] {
    return [...keysOf(text)].filter((key) => {
      const posting = this.#postings.get(key);
      return !(posting instanceof Set) || posting.size <= this.#most;
    });
  }

  /** Texts with a hash that became, or is no more, a part of a template are compared again. */
  #crossed(posting: ReadonlySet<T>, before: number): void {
    if (before <= this.#most !== posting.size <= this.#most) {
      posting.forEach((text) => this.#open.add(text));
    }
  }

  #resized(): void {
    const most = mostOf(this.#texts.size);
    if (most !== this.#most) {
      this.#most = most;
      this.#texts.forEach((text) => this.#open.add(text));
    }
  }
}

/** More texts than these with the same hash have a template in common. It changes only while there are few texts. */
function mostOf(texts: number): number {
  return Math.max(3, Math.min(32, Math.floor(texts / 8)));
}

function keysOf({ sketch }: { readonly sketch: Sketch }): Int32Array {
  return sketch.smallest.subarray(0, keys);
}
