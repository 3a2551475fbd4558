import type { Span } from '../../jsonl/position.ts';
import type { Format } from '../format.ts';
import { Asked } from './asked.ts';
import { digestOf, type Digest } from './digest.ts';
import { Few } from './few.ts';
import { hashOfText } from './hash.ts';
import { NearIndex, type Text } from './nearIndex.ts';
import { sketchOf, type Sketch } from './sketch.ts';
import { SketchPages } from './sketchPages.ts';

/** Where the first of a run of lines stands; whoever moves lines keeps it right. */
export type Place = { start: number };

/** One example of a file. */
export type Entry = {
  place: Place;
  /** Its line is `place.start + offset`. */
  offset: number;
  /** What of the line is marked: all of it would be loud. */
  readonly mark: Span;
  readonly copies: Copies;
};

/** All examples that hold the same, and what they have in common. */
export interface Copies extends Text<Copies> {
  readonly whole: number;
  /** Hash of what is asked; 0 for nothing. */
  readonly question: number;
  readonly characters: number;
  readonly asked: Asked | undefined;
  readonly prompt: SystemPrompt | undefined;
  readonly entries: Few<Entry>;
  /** What another file holds of it. */
  leak: Leak | undefined;
}

/** All examples with the same system message. */
export type SystemPrompt = {
  readonly hash: number;
  readonly sketch: Sketch;
  readonly length: number;
  readonly copies: Set<Copies>;
  examples: number;
};

/** Examples of about the same length. */
export type LengthBucket = { readonly copies: Set<Copies>; examples: number };

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
  readonly byLength = new Map<number, LengthBucket>();
  readonly repeated = new Set<Copies>();
  readonly contradicted = new Set<Asked>();
  readonly #answers = new Map<number, Copies>();
  readonly #pages = new SketchPages();
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
    const copies = this.copies.get(digest.whole) ?? this.#addCopies(digest);
    const entry: Entry = { place, offset: 0, mark, copies };
    copies.entries.add(entry);
    if (copies.entries.size === 2) {
      this.repeated.add(copies);
    }
    this.#count(copies, 1);
    return entry;
  }

  remove(entry: Entry): void {
    const { copies } = entry;
    copies.entries.delete(entry);
    if (copies.entries.size === 1) {
      this.repeated.delete(copies);
    }
    this.#count(copies, -1);
    if (copies.entries.size === 0) {
      this.#removeCopies(copies);
    }
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
  *similar(): IterableIterator<{ readonly entries: Few<Entry>; readonly near: Few<Copies> }> {
    for (const { entries, near } of this.copies.values()) {
      if (near.size > 0) {
        yield { entries, near };
      }
    }
  }

  /** What of this file gives an example of another one away, the gravest. */
  leakOf(copies: Copies): Leak | undefined {
    const { whole, question, answer, answerLength } = copies;
    const same = this.copies.get(whole)?.entries.first;
    if (same) {
      return { kind: 'same', entry: same };
    }
    const asked = question === 0 ? undefined : this.asked.get(question)?.copies.first?.entries.first;
    if (asked) {
      return { kind: 'prompt', entry: asked };
    }
    const alike = this.#near.find(copies)?.entries.first;
    if (alike) {
      return { kind: 'near', entry: alike };
    }
    const answered = answerLength >= tellingAnswer ? this.#answers.get(answer)?.entries.first : undefined;
    return answered && { kind: 'answer', entry: answered };
  }

  #addCopies(digest: Digest): Copies {
    const { whole, prompt: question, answer, answerLength, characters, texts } = digest;
    const copies: Copies = {
      whole, question, answer, answerLength, characters,
      sketch: sketchOf(texts, this.#pages),
      near: new Few(), entries: new Few(), leak: undefined, notes: { open: false, search: 0, shared: 0 },
      asked: this.#askedOf(digest), prompt: this.#promptOf(digest.system),
    };
    this.copies.set(whole, copies);
    copies.asked?.add(copies);
    if (copies.asked?.contradicts) {
      this.contradicted.add(copies.asked);
    }
    copies.prompt?.copies.add(copies);
    const bucket = bucketOf(characters);
    const alike = this.byLength.get(bucket);
    if (alike) {
      alike.copies.add(copies);
    } else {
      this.byLength.set(bucket, { copies: new Set([copies]), examples: 0 });
    }
    if (answerLength >= tellingAnswer && !this.#answers.has(answer)) {
      this.#answers.set(answer, copies);
    }
    this.#near.add(copies);
    if (this.#reference) {
      this.#unmatched.add(copies);
    }
    return copies;
  }

  #removeCopies(copies: Copies): void {
    const { whole, asked, prompt, answer, characters } = copies;
    this.copies.delete(whole);
    this.#unmatched.delete(copies);
    this.#near.remove(copies);
    this.#pages.release(copies.sketch);
    if (asked) {
      asked.delete(copies);
      if (!asked.contradicts) {
        this.contradicted.delete(asked);
      }
      if (asked.copies.size === 0) {
        this.asked.delete(asked.prompt);
      }
    }
    prompt?.copies.delete(copies);
    if (prompt?.copies.size === 0) {
      this.prompts.delete(prompt.hash);
      this.#pages.release(prompt.sketch);
    }
    const bucket = bucketOf(characters);
    this.byLength.get(bucket)?.copies.delete(copies);
    if (this.byLength.get(bucket)?.copies.size === 0) {
      this.byLength.delete(bucket);
    }
    if (this.#answers.get(answer) === copies) {
      this.#answers.delete(answer);
    }
  }

  /** One example more or less. */
  #count({ characters, prompt }: Copies, by: 1 | -1): void {
    this.size += by;
    this.characters += by * characters;
    this.systemCharacters += by * (prompt?.length ?? 0);
    if (prompt) {
      prompt.examples += by;
    }
    const alike = this.byLength.get(bucketOf(characters));
    if (alike) {
      alike.examples += by;
    }
  }

  #askedOf({ prompt, format }: Digest): Asked | undefined {
    if (prompt === 0 || format === undefined) {
      return undefined;
    }
    const known = this.asked.get(prompt);
    const asked = known ?? new Asked(prompt, format);
    if (!known) {
      this.asked.set(prompt, asked);
    }
    return asked;
  }

  #promptOf(system: string | undefined): SystemPrompt | undefined {
    if (system === undefined) {
      return undefined;
    }
    const hash = hashOfText(system);
    const known = this.prompts.get(hash);
    const prompt = known ?? { hash, sketch: sketchOf([system], this.#pages), length: system.length, copies: new Set<Copies>(), examples: 0 };
    if (!known) {
      this.prompts.set(hash, prompt);
    }
    return prompt;
  }
}

export function lineOf({ place, offset }: Entry): number {
  return place.start + offset;
}

export function bucketOf(characters: number): number {
  return Math.floor(Math.log2(characters + 1) * 4);
}
