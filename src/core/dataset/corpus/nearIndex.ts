import { Few } from './few.ts';
import { Postings } from './postings.ts';
import { similarity, type Sketch } from './sketch.ts';

/** One text among many, however often it occurs. */
export type Text<T extends object> = {
  readonly sketch: Sketch;
  readonly answer: number;
  readonly answerLength: number;
  /** Texts that are nearly the same. */
  near: Few<T> | undefined;
  /** Notes of the index that holds it: what it goes by; it waits to be compared; it was met in the search of this number, so often. */
  number: number;
  open: boolean;
  search: number;
  shared: number;
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
  /** Texts that are nearly the same as others. */
  readonly similar = new Set<T>();
  readonly #postings = new Postings<T>();
  /** Texts to compare; those that were compared or taken away since say so in their notes. */
  #queue: T[] = [];
  #texts = 0;
  #search = 0;
  #most = mostOf(0);

  /** Adds a text and compares it with those that are there. */
  add(text: T): void {
    this.#texts += 1;
    this.#postings.enter(text);
    const { page, start } = text.sketch;
    let alone = true;
    for (let at = start; at < start + keysIn(text); at += 1) {
      const posting = this.#postings.add(page[at] ?? 0, text);
      if (posting) {
        alone = false;
        this.#crossed(posting, posting.size - 1);
      }
    }
    this.#resized();
    if (!alone && !text.open) {
      this.#compare(text);
    }
  }

  remove(text: T): void {
    this.#texts -= 1;
    text.open = false;
    for (const other of [...(text.near ?? [])]) {
      this.#part(text, other);
    }
    const { page, start } = text.sketch;
    for (let at = start; at < start + keysIn(text); at += 1) {
      const posting = this.#postings.delete(page[at] ?? 0, text);
      if (posting) {
        this.#crossed(posting, posting.size + 1);
      }
    }
    this.#postings.leave(text);
    this.#resized();
  }

  /** Compares again what must be until `stop`, asked after each text, says so. True if nothing is left. */
  settle(stop: () => boolean): boolean {
    for (let text = this.#queue.pop(); text; text = this.#queue.pop()) {
      if (text.open) {
        text.open = false;
        this.#compare(text);
        if (this.#queue.length > 0 && stop()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The first text found that is nearly the same as one that need not be among these. */
  find(text: T): T | undefined {
    const { met, telling } = this.#meet(text);
    return met.find((candidate) => this.#isNear(text, candidate, telling));
  }

  #compare(text: T): void {
    const { met, telling } = this.#meet(text);
    if (met.length === 0 && text.near === undefined) {
      return;
    }
    const now = met.filter((candidate) => this.#isNear(text, candidate, telling));
    for (const other of [...(text.near ?? [])]) {
      if (!now.includes(other)) {
        this.#part(text, other);
      }
    }
    for (const candidate of now) {
      (candidate.near ??= new Few()).add(text);
      (text.near ??= new Few()).add(candidate);
      this.similar.add(candidate).add(text);
    }
  }

  #part(one: T, other: T): void {
    one.near?.delete(other);
    other.near?.delete(one);
    for (const text of [one, other]) {
      if (text.near?.size === 0) {
        this.similar.delete(text);
      }
    }
  }

  /** Other texts with telling hashes of a text, each with the number of those in its notes. */
  #meet(text: T): { readonly met: readonly T[]; readonly telling: number } {
    this.#search += 1;
    let met: T[] | undefined;
    let telling = 0;
    const { page, start } = text.sketch;
    const meet = (other: T): void => {
      if (other.search === this.#search) {
        other.shared += 1;
      } else if (other !== text) {
        other.search = this.#search;
        other.shared = 1;
        (met ??= []).push(other);
      }
    };
    for (let at = start; at < start + keysIn(text); at += 1) {
      const posting = this.#postings.get(page[at] ?? 0);
      if (!(posting instanceof Set)) {
        telling += 1;
        if (posting !== undefined && posting !== text) {
          meet(posting);
        }
      } else if (posting.size <= this.#most) {
        telling += 1;
        posting.forEach(meet);
      }
    }
    return { met: met ?? none, telling };
  }

  /** `telling`: number of the telling hashes of the text that was searched for; the other was met. */
  #isNear(text: T, other: T, telling: number): boolean {
    const { shared } = other;
    // The other one has at least those hashes that both have; mostly that settles it.
    if (shared < sharedKeys * telling || text.sketch.numbers !== other.sketch.numbers) {
      return false;
    }
    if (text.answer !== other.answer && Math.min(text.answerLength, other.answerLength) < label) {
      return false;
    }
    return (
      shared >= sharedKeys * (telling + this.#tellingKeys(other) - shared) && similarity(text.sketch, other.sketch) >= similar
    );
  }

  #tellingKeys(text: T): number {
    let telling = 0;
    const { page, start } = text.sketch;
    for (let at = start; at < start + keysIn(text); at += 1) {
      const posting = this.#postings.get(page[at] ?? 0);
      telling += posting instanceof Set && posting.size > this.#most ? 0 : 1;
    }
    return telling;
  }

  #enqueue(text: T): void {
    if (!text.open) {
      text.open = true;
      this.#queue.push(text);
    }
  }

  /** Texts with a hash that became, or is no more, a part of a template are compared again. */
  #crossed(posting: ReadonlySet<T>, before: number): void {
    if (before <= this.#most !== posting.size <= this.#most) {
      posting.forEach((text) => this.#enqueue(text));
    }
  }

  #resized(): void {
    const most = mostOf(this.#texts);
    if (most !== this.#most) {
      this.#most = most;
      // A text without a posting is near to nothing.
      for (const posting of this.#postings) {
        if (posting instanceof Set) {
          posting.forEach((text) => this.#enqueue(text));
        } else {
          this.#enqueue(posting);
        }
      }
    }
  }
}

const none: readonly never[] = [];

/** More texts than these with the same hash have a template in common. It changes only while there are few texts. */
function mostOf(texts: number): number {
  return Math.max(3, Math.min(32, Math.floor(texts / 8)));
}

function keysIn({ sketch }: { readonly sketch: Sketch }): number {
  return Math.min(keys, sketch.size);
}
