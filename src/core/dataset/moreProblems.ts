import type { Problem } from './problem.ts';
import { inOrder } from './truncation.ts';

/** Problems of which the first ones are listed, in order, and all are counted. */
export type Listed = {
  readonly problems: readonly Problem[];
  readonly errors: number;
  readonly warnings: number;
  readonly information: number;
};

/** Takes problems in whatever order and keeps those that can be among the first ones: there may be one of each example. */
export class ProblemList {
  readonly #limit: number;
  readonly #counts = { error: 0, warning: 0, information: 0 };
  #first: Problem[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(problem: Problem): void {
    this.#counts[problem.severity] += 1;
    this.#first.push(problem);
    if (this.#first.length > 2 * this.#limit) {
      this.#first = firstOf(this.#first, this.#limit);
    }
  }

  /** What was added so far. */
  listed(): Listed {
    const { error, warning, information } = this.#counts;
    return { problems: firstOf(this.#first, this.#limit), errors: error, warnings: warning, information };
  }
}

/** Lists the problems that are found; undefined is none. */
export function listProblems(found: Iterable<Problem | undefined>, limit: number): Listed {
  const list = new ProblemList(limit);
  for (const problem of found) {
    if (problem) {
      list.add(problem);
    }
  }
  return list.listed();
}

/** Both together. */
export function mergeListed(one: Listed, other: Listed, limit: number): Listed {
  return { ...summed(one, other), problems: firstOf([...one.problems, ...other.problems], limit) };
}

/** The result with problems that something else than the rules of lines found, in order; at most `limit` are listed. */
export function withMore<T extends Listed>(result: T, more: Listed, limit: number): T {
  return more.problems.length === 0
    ? result
    : { ...result, ...summed(result, more), problems: inOrder(result.problems, more.problems).slice(0, limit) };
}

function summed(one: Listed, other: Listed): Omit<Listed, 'problems'> {
  return {
    errors: one.errors + other.errors,
    warnings: one.warnings + other.warnings,
    information: one.information + other.information,
  };
}

function firstOf(problems: readonly Problem[], limit: number): Problem[] {
  return problems.toSorted(byPlace).slice(0, limit);
}

function byPlace(one: Problem, other: Problem): number {
  return one.range.start.line - other.range.start.line || byCode(one, other);
}

/** The order of problems at one place. */
export function byCode(one: Problem, other: Problem): number {
  return one.code < other.code ? -1 : one.code > other.code ? 1 : 0;
}
