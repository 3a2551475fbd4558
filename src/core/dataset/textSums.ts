import type { TextTraits } from './traits.ts';

/** What many texts of one kind have in common. Sums of parts can be added in any order. */
export type TextSums = {
  readonly texts: number;
  /** What all of them start and end with, as far as texts are compared. */
  readonly head: string;
  readonly tail: string;
  /** The digest of all of them if they are equal. */
  readonly digest: string | undefined;
  readonly upper: number;
  readonly lower: number;
  readonly withSpace: number;
  readonly empty: number;
  /** Which separators stand inside one of them, as a set of bits. */
  readonly inside: number;
};

export const noTexts: TextSums = {
  texts: 0,
  head: '',
  tail: '',
  digest: undefined,
  upper: 0,
  lower: 0,
  withSpace: 0,
  empty: 0,
  inside: 0,
};

export function addText(sum: TextSums, text: TextTraits): TextSums {
  return plus(sum, {
    texts: 1,
    head: text.head,
    tail: text.tail,
    digest: text.digest,
    upper: text.upper,
    lower: text.lower,
    withSpace: text.startsWithSpace ? 1 : 0,
    empty: text.head === '' ? 1 : 0,
    inside: text.inside,
  });
}

export function addPairs(sum: TextSums | undefined, part: TextSums | undefined): TextSums | undefined {
  return sum && part ? plus(sum, part) : (sum ?? part);
}

function plus(one: TextSums, other: TextSums): TextSums {
  if (one.texts === 0 || other.texts === 0) {
    return one.texts === 0 ? other : one;
  }
  return {
    texts: one.texts + other.texts,
    head: commonStart(one.head, other.head),
    tail: commonEnd(one.tail, other.tail),
    digest: one.digest === other.digest ? one.digest : undefined,
    upper: one.upper + other.upper,
    lower: one.lower + other.lower,
    withSpace: one.withSpace + other.withSpace,
    empty: one.empty + other.empty,
    inside: one.inside | other.inside,
  };
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) {
    length += 1;
  }
  return one.slice(0, length);
}

function commonEnd(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length)) {
    length += 1;
  }
  return one.slice(one.length - length);
}
