import { formats, type Format } from './format.ts';
import type { LineCheck } from './line.ts';
import type { LineProblem, Severity } from './problem.ts';
import { addPairs, addText, noTexts, type TextSums } from './textSums.ts';

/** What must be known of many lines to judge their file. Tallies of parts of a file can be added. */
export type Tally = {
  unchecked: number;
  blank: number;
  broken: number;
  examples: number;
  /** Chat examples that start with a system message. */
  withSystem: number;
  /** Chat examples that end with an answer. */
  answered: number;
  /** Examples that show images. */
  images: number;
  readonly formats: Record<Format, number>;
  /** Problems in every format, and those as an example of one format. */
  readonly problems: Record<Severity, number>;
  readonly as: Readonly<Record<Format, Record<Severity, number>>>;
  /** Reinforcement examples by the fields for graders that they have. */
  readonly fields: Map<string, number>;
  /** Sums over preference pairs with two texts. */
  readonly lengths: { pairs: number; preferred: number; other: number; preferredLonger: number; otherLonger: number };
  prompts: TextSums | undefined;
  completions: TextSums | undefined;
};

export function createTally(): Tally {
  return {
    unchecked: 0,
    blank: 0,
    broken: 0,
    examples: 0,
    withSystem: 0,
    answered: 0,
    images: 0,
    formats: { chat: 0, preference: 0, reinforcement: 0, completion: 0 },
    problems: noProblems(),
    as: { chat: noProblems(), preference: noProblems(), reinforcement: noProblems(), completion: noProblems() },
    fields: new Map(),
    lengths: { pairs: 0, preferred: 0, other: 0, preferredLonger: 0, otherLonger: 0 },
    prompts: undefined,
    completions: undefined,
  };
}

function noProblems(): Record<Severity, number> {
  return { error: 0, warning: 0, information: 0 };
}

export function addLine(tally: Tally, check: LineCheck | undefined): void {
  if (!check) {
    tally.unchecked += 1;
    return;
  }
  if (check.kind === 'blank') {
    tally.blank += 1;
    return;
  }
  if (check.kind === 'broken') {
    tally.broken += 1;
  } else {
    tally.examples += 1;
    if (check.format !== undefined) {
      tally.formats[check.format] += 1;
      tally.withSystem += check.format === 'chat' && check.hasSystem ? 1 : 0;
      addTraits(tally, check);
    }
  }
  count(tally.problems, check.problems);
  for (const format of formats) {
    const problems = check.as[format];
    if (problems) {
      count(tally.as[format], problems);
    }
  }
}

function addTraits(tally: Tally, { traits }: LineCheck): void {
  tally.answered += traits.answered ? 1 : 0;
  tally.images += traits.images ? 1 : 0;
  for (const field of traits.fields ?? []) {
    addField(tally.fields, field, 1);
  }
  if (traits.lengths) {
    const [preferred, other] = traits.lengths;
    const { lengths } = tally;
    lengths.pairs += 1;
    lengths.preferred += preferred;
    lengths.other += other;
    lengths.preferredLonger += preferred > other ? 1 : 0;
    lengths.otherLonger += other > preferred ? 1 : 0;
  }
  if (traits.pair) {
    tally.prompts = addText(tally.prompts ?? noTexts, traits.pair[0]);
    tally.completions = addText(tally.completions ?? noTexts, traits.pair[1]);
  }
}

/** More fields are not counted apart: no grader looks at so many. */
const mostFields = 200;

function addField(fields: Map<string, number>, field: string, examples: number): void {
  if (fields.has(field) || fields.size < mostFields) {
    fields.set(field, (fields.get(field) ?? 0) + examples);
  }
}

export function addTally(sum: Tally, part: Tally): void {
  sum.unchecked += part.unchecked;
  sum.blank += part.blank;
  sum.broken += part.broken;
  sum.examples += part.examples;
  sum.withSystem += part.withSystem;
  sum.answered += part.answered;
  sum.images += part.images;
  for (const format of formats) {
    sum.formats[format] += part.formats[format];
    addCounts(sum.as[format], part.as[format]);
  }
  addCounts(sum.problems, part.problems);
  for (const [field, examples] of part.fields) {
    addField(sum.fields, field, examples);
  }
  for (const key of ['pairs', 'preferred', 'other', 'preferredLonger', 'otherLonger'] as const) {
    sum.lengths[key] += part.lengths[key];
  }
  sum.prompts = addPairs(sum.prompts, part.prompts);
  sum.completions = addPairs(sum.completions, part.completions);
}

/** The format most examples have; chat before the others on a tie; undefined if no example has the keys of one. */
export function prevailingFormat(tally: Tally): Format | undefined {
  let best: Format | undefined;
  for (const format of formats) {
    if (tally.formats[format] > (best === undefined ? 0 : tally.formats[best])) {
      best = format;
    }
  }
  return best;
}

/** True if an example of one format cannot stand in a file of the other. Both have messages, or their keys clash. */
export function clashes(format: Format | undefined, fileFormat: Format | undefined): boolean {
  return format !== undefined && fileFormat !== undefined && family(format) !== family(fileFormat);
}

function family(format: Format): string {
  return format === 'reinforcement' ? 'chat' : format;
}

function count(counts: Record<Severity, number>, problems: readonly LineProblem[]): void {
  for (const problem of problems) {
    counts[problem.severity] += 1;
  }
}

export function addCounts(sum: Record<Severity, number>, part: Readonly<Record<Severity, number>>): void {
  sum.error += part.error;
  sum.warning += part.warning;
  sum.information += part.information;
}
