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
  /** Columns of what of the line is marked: all of it would be loud. */
  readonly start: number;
  readonly end: number;
  readonly copies: Copies;
};

/** All examples that hold the same, and what they have in common. */
export interface Copies extends Text<Copies> {
  readonly whole: number;
  /** Hash of what is asked; 0 for nothing. */
  readonly question: number;
  readonly characters: number;
  readonly format: Format | undefined;
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
  examples: number;
};

export type Leak = { readonly kind: 'same' | 'prompt' | 'near' | 'answer'; readonly entry: Entry };

/** An answer that is shorter is nothing that could be known from another file. In UTF-16 units. */
const tellingAnswer = 80;

/**
 * The examples of one file in relation to each other: what is the same, nearly the same, asks the same, stands out.
 * Adding or removing an example costs what the example costs, however long the file is.
 */
export class Corpus {
  readonly copies = new Map<number, Copies>();
  /** By what they ask: the one example that asks it, or all that do. */
  readonly asked = new Map<number, Copies | Asked>();
  readonly prompts = new Map<number, SystemPrompt>();
  /** Numbers of examples by length, in steps of a quarter of a doubling. */
  readonly byLength = new Map<number, number>();
  readonly repeated = new Set<Copies>();
  readonly contradicted = new Set<Asked>();
  readonly #pages = new SketchPages();
  readonly #near = new NearIndex<Copies>();
  readonly #unmatched = new Set<Copies>();
  /** Examples that another file holds something of. */
  readonly leaked = new Set<Copies>();
  #long: { readonly bucket: number; readonly copies: Set<Copies> } | undefined;
  #reference: Corpus | undefined;
  /** Made when another file asks for it. */
  #answers: Map<number, Copies> | undefined;
  size = 0;
  characters = 0;
  systemCharacters = 0;

  /** Another file that must have none of these examples. It must not change any more. */
  get reference(): Corpus | undefined {
    return this.#reference;
  }

  compareWith(reference: Corpus | undefined): void {
    this.#reference = reference;
    this.leaked.clear();
    for (const copies of this.copies.values()) {
      copies.leak = undefined;
      this.#unmatched.add(copies);
    }
  }

  /** Adds a parsed example that stands at `place.start + offset`; undefined if it cannot be compared. */
  add(
    example: Readonly<Record<string, unknown>>,
    format: Format | undefined,
    { start, end }: Span,
    place: Place,
    offset = 0,
  ): Entry | undefined {
    const digest = digestOf(example, format);
    if (!digest) {
      return undefined;
    }
    const copies = this.copies.get(digest.whole) ?? this.#addCopies(digest);
    const entry: Entry = { place, offset, start, end, copies };
    this.#answers = undefined;
    copies.entries.add(entry);
    if (copies.entries.size === 2) {
      this.repeated.add(copies);
    }
    this.#count(copies, 1);
    return entry;
  }

  remove(entry: Entry): void {
    const { copies } = entry;
    this.#answers = undefined;
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
      if (copies.leak) {
        this.leaked.add(copies);
      }
      if (this.#unmatched.size > 0 && stop()) {
        return false;
      }
    }
    return true;
  }

  /** Examples that are nearly the same as others. */
  get similar(): ReadonlySet<Copies> {
    return this.#near.similar;
  }

  /** Examples of a greater length than that of a bucket; they are looked for again only if the bucket is another one. */
  longerThan(bucket: number): ReadonlySet<Copies> {
    if (this.#long?.bucket !== bucket) {
      const long = [...this.copies.values()].filter(({ characters }) => bucketOf(characters) > bucket);
      this.#long = { bucket, copies: new Set(long) };
    }
    return this.#long.copies;
  }

  /** What of this file gives an example of another one away, the gravest. */
  leakOf(copies: Copies): Leak | undefined {
    const { whole, question, answer, answerLength } = copies;
    const same = this.copies.get(whole)?.entries.first;
    if (same) {
      return { kind: 'same', entry: same };
    }
    const asked = question === 0 ? undefined : firstAsking(this.asked.get(question))?.entries.first;
    if (asked) {
      return { kind: 'prompt', entry: asked };
    }
    const alike = this.#near.find(copies)?.entries.first;
    if (alike) {
      return { kind: 'near', entry: alike };
    }
    const answered = answerLength >= tellingAnswer ? this.#answered(answer)?.entries.first : undefined;
    return answered && { kind: 'answer', entry: answered };
  }

  #answered(answer: number): Copies | undefined {
    if (this.#answers === undefined) {
      this.#answers = new Map();
      for (const copies of this.copies.values()) {
        if (copies.answerLength >= tellingAnswer && !this.#answers.has(copies.answer)) {
          this.#answers.set(copies.answer, copies);
        }
      }
    }
    return this.#answers.get(answer);
  }

  #addCopies(digest: Digest): Copies {
    const { whole, prompt: question, answer, answerLength, characters, format, texts } = digest;
    const copies: Copies = {
      whole, question, answer, answerLength, characters, format,
      sketch: sketchOf(texts, this.#pages),
      near: undefined, entries: new Few(), leak: undefined, number: 0, open: false, search: 0, shared: 0,
      prompt: this.#promptOf(digest.system),
    };
    this.copies.set(whole, copies);
    this.#ask(copies);
    if (this.#long && bucketOf(characters) > this.#long.bucket) {
      this.#long.copies.add(copies);
    }
    this.#near.add(copies);
    if (this.#reference) {
      this.#unmatched.add(copies);
    }
    return copies;
  }

  #removeCopies(copies: Copies): void {
    const { whole, prompt } = copies;
    this.copies.delete(whole);
    this.#unmatched.delete(copies);
    this.leaked.delete(copies);
    this.#long?.copies.delete(copies);
    this.#near.remove(copies);
    this.#pages.release(copies.sketch);
    this.#unask(copies);
    if (prompt?.examples === 0) {
      this.prompts.delete(prompt.hash);
      this.#pages.release(prompt.sketch);
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
    const bucket = bucketOf(characters);
    const left = (this.byLength.get(bucket) ?? 0) + by;
    if (left === 0) {
      this.byLength.delete(bucket);
    } else {
      this.byLength.set(bucket, left);
    }
  }

  #ask(copies: Copies): void {
    const { question, format } = copies;
    if (question === 0 || format === undefined) {
      return;
    }
    const known = this.asked.get(question);
    if (known === undefined) {
      this.asked.set(question, copies);
      return;
    }
    const asked = known instanceof Asked ? known : new Asked(format, known);
    asked.add(copies);
    this.asked.set(question, asked);
    if (asked.contradicts) {
      this.contradicted.add(asked);
    }
  }

  #unask(copies: Copies): void {
    const known = this.asked.get(copies.question);
    if (known instanceof Asked) {
      known.delete(copies);
      if (!known.contradicts) {
        this.contradicted.delete(known);
      }
    }
    if (known === copies || (known instanceof Asked && known.copies.size === 0)) {
      this.asked.delete(copies.question);
    }
  }

  #promptOf(system: string | undefined): SystemPrompt | undefined {
    if (system === undefined) {
      return undefined;
    }
    const hash = hashOfText(system);
    const known = this.prompts.get(hash);
    const prompt = known ?? { hash, sketch: sketchOf([system], this.#pages), length: system.length, examples: 0 };
    if (!known) {
      this.prompts.set(hash, prompt);
    }
    return prompt;
  }
}

function firstAsking(asked: Copies | Asked | undefined): Copies | undefined {
  return asked instanceof Asked ? asked.copies.values().next().value : asked;
}

export function lineOf({ place, offset }: Entry): number {
  return place.start + offset;
}

export function bucketOf(characters: number): number {
  return Math.floor(Math.log2(characters + 1) * 4);
}
