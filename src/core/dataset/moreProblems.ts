import type { Problem } from './problem.ts';
import type { StreamResult } from './stream.ts';
import { inOrder } from './truncation.ts';

/** The result with problems that something else than the rules of lines found, in order; at most `limit` are listed. */
export function withMore(result: StreamResult, more: readonly Problem[], limit: number): StreamResult {
  if (more.length === 0) {
    return result;
  }
  const added = (severity: Problem['severity']): number => more.filter((problem) => problem.severity === severity).length;
  return {
    ...result,
    errors: result.errors + added('error'),
    warnings: result.warnings + added('warning'),
    information: result.information + added('information'),
    problems: inOrder(result.problems, more).slice(0, limit),
  };
}
