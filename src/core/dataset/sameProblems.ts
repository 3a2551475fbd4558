import type { Problem } from './problem.ts';

/** True if two lists tell the same of the same places. */
export function sameProblems(some: readonly Problem[], others: readonly Problem[]): boolean {
  return some.length === others.length && some.every((problem, index) => sameValue(problem, others[index]));
}

/** Facts of problems are plain data: primitives, and lists and records of them. */
function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  const [ofOne, ofOther] = [one, other] as readonly Readonly<Record<string, unknown>>[];
  return keys.every((key) => sameValue(ofOne?.[key], ofOther?.[key]));
}
