import { rangeOf } from '../jsonl/position.ts';
import type { Problem } from './problem.ts';
import type { Ruleset } from './ruleset.ts';

/** Most tokens of an example that are trained on whole; undefined where it is not known, or nobody wants to be told. */
export function trainedTokens({ profile, severities }: Ruleset): number | undefined {
  return severities['example.tokens.truncated'] === 'off' ? undefined : profile.exampleTokens;
}

/** The problem of an example whose tokens were counted. What is longer than the training context is cut at its end. */
export function truncationProblem(tokens: number, line: number, ruleset: Ruleset): readonly Problem[] {
  const maximum = trainedTokens(ruleset);
  const severity = ruleset.severities['example.tokens.truncated'];
  return maximum === undefined || severity === 'off' || tokens <= maximum
    ? []
    : [{ code: 'example.tokens.truncated', tokens, maximum, severity, range: rangeOf(line, { start: 0, end: 1 }) }];
}

/** Problems of a file with those of its lines in order, after more of them were found. */
export function inOrder(problems: readonly Problem[], more: readonly Problem[]): readonly Problem[] {
  const ofFile = problems.filter(({ code }) => code.startsWith('file.'));
  const ofLines = problems.filter(({ code }) => !code.startsWith('file.'));
  return [...ofFile, ...[...ofLines, ...more].sort((one, other) => one.range.start.line - other.range.start.line)];
}
