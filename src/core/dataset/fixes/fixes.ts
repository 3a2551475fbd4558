import { isBlank } from '../../jsonl/lines.ts';
import { applyLineEdits } from '../../jsonl/lineEdit.ts';
import { rangeOf, type LineSource } from '../../jsonl/position.ts';
import { LineTree } from '../../jsonl/tree.ts';
import type { Format } from '../format.ts';
import { checkLine, type LineCheck } from '../line.ts';
import type { LineProblem, Problem, ProblemCode } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import { problemsOfLine } from '../summary.ts';
import type { AllowList } from '../safety/allowList.ts';
import { findSensitive } from '../safety/scan.ts';
import { deleteLines } from './deleteLines.ts';
import { exampleFixes } from './exampleFixes.ts';
import { lineFix, type Fix, type LineFix } from './fix.ts';
import { formatFixes } from './formatFixes.ts';
import { messageFixes } from './messageFixes.ts';
import { syntaxFixes } from './syntaxFixes.ts';
import { toolFixes } from './toolFixes.ts';

/** How the file is read in which a problem was found. */
export type Reading = {
  readonly format: Format | undefined;
  readonly ruleset: Ruleset;
  /** Sensitive values that may stand in the file. */
  readonly allow?: AllowList | undefined;
};

/** Problems whose mend rewrites the whole file: see `convertToLines`, which costs as much as the file is long. */
export function isMendedByConversion(problem: Problem): boolean {
  return problem.code === 'file.jsonArray' || problem.code === 'file.prettyPrinted';
}

/**
 * The mends of a problem of a line, the one that is meant without doubt first. Each is tried: one that would leave
 * the problem, or put another in its place, is not offered.
 */
export function fixesFor(problem: Problem, source: LineSource, reading: Reading): Fix[] {
  const { line } = problem.range.start;
  const text = source.lineAt(line);
  if (problem.code === 'line.blank' || (problem.code === 'json.comment' && !isUncommentable(text))) {
    return [{ kind: 'deleteLine', preferred: problem.code === 'line.blank', edits: deleteLines(source, [line]) }];
  }
  if (problem.code === 'file.bom') {
    return source.lineAt(0).startsWith('\uFEFF')
      ? [{ kind: 'removeByteOrderMark', preferred: true, edits: [{ range: rangeOf(0, { start: 0, end: 1 }), text: '' }] }]
      : [];
  }
  if (problem.code === 'file.bomMissing') {
    return [{ kind: 'addByteOrderMark', preferred: true, edits: [{ range: rangeOf(0, { start: 0, end: 0 }), text: '\uFEFF' }] }];
  }
  if (problem.code.startsWith('file.')) {
    return [];
  }
  if (problem.code.startsWith('corpus.')) {
    return redundant.has(problem.code) ? [{ kind: 'deleteLine', preferred: false, edits: deleteLines(source, [line]) }] : [];
  }
  const fixes: Fix[] = lineFixesFor(toLineProblem(problem), text, line === 0, reading).map(({ lineEdits, ...fix }) => ({
    ...fix,
    edits: lineEdits.map((edit) => ({ range: rangeOf(line, edit), text: edit.text })),
  }));
  if (pointless.has(problem.code)) {
    fixes.push({ kind: 'deleteLine', preferred: false, edits: deleteLines(source, [line]) });
  }
  return fixes;
}

/** Lines with these problems teach nothing, so that leaving them out loses nothing. */
const pointless: ReadonlySet<string> = new Set([
  'example.messages.empty',
  'json.notObject',
  'completion.empty',
  'preference.outputs.equal',
]);

/** Examples with these problems stand elsewhere too, so that leaving them out here loses nothing. */
const redundant: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'corpus.duplicate.same',
  'corpus.duplicate.near',
  'corpus.leak.same',
  'corpus.leak.prompt',
  'corpus.leak.near',
]);

/** Of these all can be deleted at once: what is only nearly the same wants to be looked at one by one. */
export function isDeletedWithItsKind({ code }: Problem): boolean {
  return code === 'corpus.duplicate.same' || code === 'corpus.leak.same';
}

/** The mends of a problem inside its line, tried as `fixesFor` tries them. */
export function lineFixesFor(problem: LineProblem, text: string, first: boolean, reading: Reading): readonly LineFix[] {
  if (problem.code.startsWith('safety.')) {
    return redact(problem, text, reading);
  }
  const before = checkLine(text, { first, ruleset: reading.ruleset });
  return candidates(problem, text, before).filter((fix) => helps(fix, problem, text, before, { first, reading }));
}

/** Puts a placeholder where a sensitive value stands, also in a line that is no JSON. Only a person can want that. */
function redact({ code, span }: LineProblem, text: string, { allow }: Reading): readonly LineFix[] {
  return findSensitive(text, allow)
    .filter(({ facts, span: { start, end } }) => facts.code === code && start === span.start && end === span.end)
    .map(({ placeholder }) => lineFix({ kind: 'redact', placeholder }, false, { ...span, text: placeholder }));
}

function candidates(problem: LineProblem, text: string, check: LineCheck): LineFix[] {
  if (check.kind !== 'example') {
    return syntaxFixes(problem, text);
  }
  const tree = new LineTree(text);
  return [
    ...exampleFixes(problem, text, tree),
    ...messageFixes(problem, text, tree),
    ...toolFixes(problem, text, tree),
    ...formatFixes(problem, text, tree),
  ];
}

/** True if the line has the problem no more, and no problem that it did not have. */
function helps(
  fix: LineFix,
  problem: LineProblem,
  text: string,
  before: LineCheck,
  { first, reading }: { readonly first: boolean; readonly reading: Reading },
): boolean {
  const lines = applyLineEdits(text, fix.lineEdits).split('\n');
  const after = lines.map((line, index) => checkLine(line, { first: first && index === 0, ruleset: reading.ruleset }));
  if (before.kind === 'broken') {
    // What a line that was no JSON holds shows only now; it was there before.
    return after.every(({ kind }) => kind === 'example');
  }
  const had = countCodes([before], reading);
  const has = countCodes(after, reading);
  const better = (has.get(problem.code) ?? 0) < (had.get(problem.code) ?? 0);
  return better && [...has].every(([code, count]) => count <= (had.get(code) ?? 0));
}

function countCodes(checks: readonly LineCheck[], { format, ruleset }: Reading): Map<string, number> {
  const counts = new Map<string, number>();
  for (const check of checks) {
    for (const { code } of problemsOfLine(check, 0, 0, format ?? check.format, ruleset)) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  return counts;
}

function isUncommentable(text: string): boolean {
  const inner = text.replace(/^\s*(?:\/\/|#)+ ?/, '');
  return !isBlank(inner) && checkLine(inner, { first: false }).kind === 'example';
}

/** The problem as it stands in its line. */
export function toLineProblem(problem: Problem): LineProblem {
  const { range, ...facts } = problem;
  return { ...facts, span: { start: range.start.character, end: range.end.character } };
}
