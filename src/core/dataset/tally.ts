import { formats, type Format } from './format.ts';
import type { LineCheck } from './line.ts';
import type { LineProblem, Severity } from './problem.ts';

/** What must be known of many lines to judge their file. Tallies of parts of a file can be added. */
export type Tally = {
  unchecked: number;
  blank: number;
  broken: number;
  examples: number;
  /** Chat examples that start with a system message. */
  withSystem: number;
  readonly formats: Record<Format, number>;
  /** Problems in every format, and those as a chat example. */
  readonly problems: Record<Severity, number>;
  readonly chatProblems: Record<Severity, number>;
};

export function createTally(): Tally {
  return {
    unchecked: 0,
    blank: 0,
    broken: 0,
    examples: 0,
    withSystem: 0,
    formats: { chat: 0, preference: 0, reinforcement: 0, completion: 0 },
    problems: { error: 0, warning: 0, information: 0 },
    chatProblems: { error: 0, warning: 0, information: 0 },
  };
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
    }
  }
  count(tally.problems, check.problems);
  count(tally.chatProblems, check.chatProblems);
}

export function addTally(sum: Tally, part: Tally): void {
  sum.unchecked += part.unchecked;
  sum.blank += part.blank;
  sum.broken += part.broken;
  sum.examples += part.examples;
  sum.withSystem += part.withSystem;
  for (const format of formats) {
    sum.formats[format] += part.formats[format];
  }
  for (const severity of ['error', 'warning', 'information'] as const) {
    sum.problems[severity] += part.problems[severity];
    sum.chatProblems[severity] += part.chatProblems[severity];
  }
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

/** Whether the rules of supervised chat apply to a file of the format. */
export function chatRulesApply(fileFormat: Format | undefined): boolean {
  return fileFormat === 'chat';
}

function family(format: Format): string {
  return format === 'reinforcement' ? 'chat' : format;
}

function count(counts: Record<Severity, number>, problems: readonly LineProblem[]): void {
  for (const problem of problems) {
    counts[problem.severity] += 1;
  }
}
