import type { Span } from '../../jsonl/position.ts';
import type { Format } from '../format.ts';
import { digestOf, type Digest } from './digest.ts';
import { hashOfText } from './hash.ts';
import { NearIndex, type Text } from './nearIndex.ts';
import { sketchOf, type Sketch } from './sketch.ts';

/** Where the first of a run of lines stands; whoever moves lines keeps it right. */
export type Place = { start: number };

/** One example of a file. */
export type Entry = {
  place: Place;
  /** Its line is `place.start + offset`. */
  offset: number;
  /** What of the line is marked: all of it would be loud. */
  readonly mark: Span;
  readonly characters: number;
  readonly copies: Copies;
  readonly asked: Asked | undefined;
  readonly answer: number;
  readonly answerLength: number;
  readonly prompt: SystemPrompt | undefined;
};

/** All examples that hold the same. */
export interface Copies extends Text<Copies> {
  readonly whole: number;
  readonly question: number;
  readonly entries: Set<Entry>;
  /** What another file holds of it. */
  leak: Leak | undefined;
}

/** All examples that ask the same. */
export type Asked = { readonly prompt: number; readonly format: Format; readonly entries: Set<Entry>; readonly answers: Map<number, number> };

/** All examples with the same system message. */
export type SystemPrompt = { readonly hash: number; readonly sketch: Sketch; readonly length: number; readonly entries: Set<Entry> };

export type Leak = { readonly kind: 'same' | 'prompt' | 'near' | 'answer'; readonly entry: Entry };

/** An answer that is shorter is nothing that could be known from another file. In UTF-16 units. */
const tellingAnswer = 80;

/**
 * The examples of one file in relation to each other: what is the same, nearly the same, asks the same, stands out.
 * Adding or removing an example costs what the example costs, however long the file is.
 */
export class Corpus {
  readonly copies = new Map<number, Copies>();
  readonly asked = new Map<number, Asked>();
  readonly prompts = new Map<number, SystemPrompt>();
  /** Examples by length, in steps of a quarter of a doubling. */
  readonly byLength = new Map<number, Set<Entry>>();
  readonly repeated = new Set<Copies>();
  readonly contradicted = new Set<Asked>();
  readonly #answers = new Map<number, Entry>();
  readonly #near = new NearIndex<Copies>();
  readonly #unmatched = new Set<Copies>();
  #reference: Corpus | undefined;
  size = 0;
  characters = 0;
  systemCharacters = 0;

  /** Another file that must have none of these examples. It must not change any more. */
  get reference(): Corpus | undefined {
    return this.#reference;
  }

  compareWith(reference: Corpus | undefined): void {
    this.#reference = reference;
    for (const copies of this.copies.values()) {
      copies.leak = undefined;
      this.#unmatched.add(copies);
    }
  }

  /** Adds a parsed example; undefined if it cannot be compared. */
  add(example: Readonly<Record<string, unknown>>, format: Format | undefined, mark: Span, place: Place): Entry | undefined {
    const digest = digestOf(example, format);
    if (!digest) {
      return undefined;
    }
    const { answer, answerLength, characters } = digest;
    const copies = this.#copiesOf(digest);
    const asked = this.#askedOf(digest);
    const prompt = this.#promptOf(digest.system);
    const entry: Entry = { place, offset: 0, mark, characters, copies, asked, answer, answerLength, prompt };
    copies.entries.add(entry);
    if (copies.entries.size > 1) {
      this.repeated.add(copies);
    }
    if (asked) {
      asked.entries.add(entry);
      asked.answers.set(answer, (asked.answers.get(answer) ?? 0) + 1);
      if (asked.answers.size > 1) {
        this.contradicted.add(asked);
      }
    }
    prompt?.entries.add(entry);
    const bucket = bucketOf(characters);
    const long = this.byLength.get(bucket) ?? new Set();
    this.byLength.set(bucket, long.add(entry));
    this.size += 1;
    this.characters += characters;
    this.systemCharacters += digest.system?.length ?? 0;
    if (answerLength >= tellingAnswer && !this.#answers.has(answer)) {
      this.#answers.set(answer, entry);
    }
    return entry;
  }

  remove(entry: Entry): void {
    const { copies, asked, prompt, answer, characters } = entry;
    copies.entries.delete(entry);
    if (copies.entries.size < 2) {
      this.repeated.delete(copies);
    }
    if (copies.entries.size === 0) {
      this.copies.delete(copies.whole);
      this.#unmatched.delete(copies);
      this.#near.remove(copies);
    }
    if (asked) {
      this.#unask(asked, entry);
    }
    prompt?.entries.delete(entry);
    if (prompt?.entries.size === 0) {
      this.prompts.delete(prompt.hash);
    }
    this.systemCharacters -= prompt?.length ?? 0;
    const bucket = bucketOf(characters);
    this.byLength.get(bucket)?.delete(entry);
    if (this.byLength.get(bucket)?.size === 0) {
      this.byLength.delete(bucket);
    }
    if (this.#answers.get(answer) === entry) {
      this.#answers.delete(answer);
    }
    this.size -= 1;
    this.characters -= characters;
  }

  /** Compares what was not compared yet until `stop`, asked now and then, says so. True if nothing is left. */
  settle(stop: () => boolean): boolean {
    if (!this.#near.settle(stop)) {
      return false;
    }
    for (const copies of this.#unmatched) {
      this.#unmatched.delete(copies);
      copies.leak = this.#reference?.leakOf(copies);
      if (this.#unmatched.size > 0 && stop()) {
        return false;
      }
    }
    return true;
  }

  /** Examples that are nearly the same as others. */
  *similar(): IterableIterator<{ readonly entries: ReadonlySet<Entry>; readonly near: ReadonlySet<Copies> }> {
    for (const { entries, near } of this.copies.values()) {
      if (near.size > 0) {
        yield { entries, near };
      }
    }
  }

  /** What of this file gives an example of another one away, the gravest. */
  leakOf(copies: Copies): Leak | undefined {
    const { whole, question, answer, answerLength } = copies;
    const same = first(this.copies.get(whole)?.entries);
    if (same) {
      return { kind: 'same', entry: same };
    }
    const asked = question === 0 ? undefined : first(this.asked.get(question)?.entries);
    if (asked) {
      return { kind: 'prompt', entry: asked };
    }
    const alike = first(this.#near.find(copies)?.entries);
    if (alike) {
      return { kind: 'near', entry: alike };
    }
    const answered = answerLength >= tellingAnswer ? this.#answers.get(answer) : undefined;
    return answered && { kind: 'answer', entry: answered };
  }

  #copiesOf(digest: Digest): Copies {
    const known = this.copies.get(digest.whole);
    if (known) {
      return known;
    }
    const { whole, prompt: question, answer, answerLength, texts } = digest;
    const copies: Copies = {
      whole, question, answer, answerLength, sketch: sketchOf(texts), near: new Set<Copies>(), entries: new Set(), leak: undefined,
    };
    this.copies.set(whole, copies);
    this.#near.add(copies);
    if (this.#reference) {
      this.#unmatched.add(copies);
    }
    return copies;
  }

  #askedOf({ prompt, format }: Digest): Asked | undefined {
    if (prompt === 0 || format === undefined) {
      return undefined;
    }
    const known = this.asked.get(prompt);
    const asked = known ?? { prompt, format, entries: new Set<Entry>(), answers: new Map<number, number>() };
    if (!known) {
      this.asked.set(prompt, asked);
    }
    return asked;
  }

  #unask(asked: Asked, entry: Entry): void {
    asked.entries.delete(entry);
    const left = (asked.answers.get(entry.answer) ?? 1) - 1;
    if (left === 0) {
      asked.answers.delete(entry.answer);
    } else {
      asked.answers.set(entry.answer, left);
    }
    if (asked.answers.size < 2) {
      this.contradicted.delete(asked);
    }
    if (asked.entries.size === 0) {
      this.asked.delete(asked.prompt);
    }
  }

  #promptOf(system: string | undefined): SystemPrompt | undefined {
    if (system === undefined) {
      return undefined;
    }
    const hash = hashOfText(system);
    const known = this.prompts.get(hash);
    const prompt = known ?? { hash, sketch: sketchOf([system]), length: system.length, entries: new Set<Entry>() };
    if (!known) {
      this.prompts.set(hash, prompt);
    }
    return prompt;
  }
}

export function lineOf({ place, offset }: Entry): number {
  return place.start + offset;
}

function first<T>(items: ReadonlySet<T> | undefined): T | undefined {
  return items?.values().next().value;
}

export function bucketOf(characters: number): number {
  return Math.floor(Math.log2(characters + 1) * 4);
}
