import { applyLineEdits } from '../../jsonl/lineEdit.ts';
import { isBlank } from '../../jsonl/lines.ts';
import type { LineSource, TextEdit } from '../../jsonl/position.ts';
import { checkLine } from '../line.ts';
import type { ProblemCode } from '../problem.ts';
import { problemsOfLine } from '../summary.ts';
import type { LineFix } from './fix.ts';
import { lineFixesFor, toLineProblem, type Reading } from './fixes.ts';

/** A line is mended so often at most; each mend takes a problem away, so this is never reached in practice. */
const mostMends = 200;

/**
 * Mends all problems of a kind, or of every kind, line by line; yields after each line, so that others get their turn.
 * Without a code only mends that are meant without doubt are applied. The edits are what it returns; lines that do
 * not change have none.
 */
export function* fixAll(source: LineSource, reading: Reading, code?: ProblemCode): Generator<void, readonly TextEdit[]> {
  const edits: TextEdit[] = [];
  for (let line = 0; line < source.lineCount; line += 1) {
    const text = source.lineAt(line);
    if (isBlank(text)) {
      const told = reading.ruleset.severities['line.blank'] !== 'off' && (code === undefined || code === 'line.blank');
      if (told && line < source.lineCount - 1) {
        edits.push({ range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }, text: '' });
      }
    } else {
      const mended = mendLine(text, line === 0, reading, code);
      if (mended !== text) {
        edits.push(smallestEdit(line, text, mended));
      }
    }
    yield;
  }
  return edits;
}

function mendLine(text: string, first: boolean, reading: Reading, code: ProblemCode | undefined): string {
  let current = text;
  for (let mends = 0; mends < mostMends; mends += 1) {
    const fix = firstFix(current, first, reading, code);
    if (!fix) {
      break;
    }
    current = applyLineEdits(current, fix.lineEdits);
    if (current.includes('\n')) {
      return current
        .split('\n')
        .map((part, index) => mendLine(part, first && index === 0, reading, code))
        .join('\n');
    }
  }
  return current;
}

/** The mend of the first problem that has one. */
function firstFix(text: string, first: boolean, reading: Reading, code: ProblemCode | undefined): LineFix | undefined {
  const check = checkLine(text, { first, ruleset: reading.ruleset, allow: reading.allow });
  for (const problem of problemsOfLine(check, 0, text.length, reading.format, reading.ruleset)) {
    if (code === undefined || problem.code === code) {
      const fixes = lineFixesFor(toLineProblem(problem), text, first, reading);
      const fix = fixes.find(({ preferred }) => preferred) ?? (code === undefined ? undefined : fixes[0]);
      if (fix) {
        return fix;
      }
    }
  }
  return undefined;
}

/** The edit of what differs in the middle of a line. */
function smallestEdit(line: number, before: string, after: string): TextEdit {
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start < limit && before[start] === after[start]) {
    start += 1;
  }
  let same = 0;
  while (same < limit - start && before[before.length - 1 - same] === after[after.length - 1 - same]) {
    same += 1;
  }
  const range = { start: { line, character: start }, end: { line, character: before.length - same } };
  return { range, text: after.slice(start, after.length - same) };
}
