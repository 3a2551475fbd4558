import type { LineSource, TextEdit } from '../../jsonl/position.ts';

/**
 * Edits that take lines away with their line breaks, so that none is left blank. Lines in a row become one edit: edits
 * of one change must not touch each other.
 */
export function deleteLines(source: LineSource, lines: Iterable<number>): TextEdit[] {
  const edits: TextEdit[] = [];
  let first: number | undefined;
  let last = -1;
  const end = (): void => {
    if (first !== undefined) {
      edits.push(deletion(source, first, last));
    }
  };
  for (const line of [...new Set(lines)].sort((one, other) => one - other)) {
    if (first === undefined || line !== last + 1) {
      end();
      first = line;
    }
    last = line;
  }
  end();
  return edits;
}

/** The last line has no line break: the one before it goes. */
function deletion(source: LineSource, first: number, last: number): TextEdit {
  if (last < source.lineCount - 1) {
    return { range: { start: { line: first, character: 0 }, end: { line: last + 1, character: 0 } }, text: '' };
  }
  const start = first === 0 ? { line: 0, character: 0 } : { line: first - 1, character: source.lineAt(first - 1).length };
  return { range: { start, end: { line: last, character: source.lineAt(last).length } }, text: '' };
}
