import { isBlank } from '../../jsonl/lines.ts';
import type { LineEdit } from '../../jsonl/lineEdit.ts';
import { toJsonFromPython } from '../../jsonl/pythonLiteral.ts';
import { endOfString, scanBrackets } from '../../jsonl/scan.ts';
import { contentSpan } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { lineFix, type LineFix } from './fix.ts';

/** Mends of a line that is no JSON; each makes it JSON, or is dropped later. */
export function syntaxFixes(problem: LineProblem, line: string): LineFix[] {
  const content = contentSpan(line);
  switch (problem.code) {
    case 'json.trailingComma':
      return [lineFix({ kind: 'removeTrailingComma' }, true, { ...problem.span, text: '' })];
    case 'json.comment': {
      const mark = /^(?:\/\/|#)+ ?/.exec(line.slice(content.start))?.[0].length ?? 0;
      return [lineFix({ kind: 'uncomment' }, true, { start: content.start, end: content.start + mark, text: '' })];
    }
    case 'json.pythonLiteral': {
      const json = toJsonFromPython(line.slice(content.start, content.end));
      return json === undefined ? [] : [lineFix({ kind: 'convertPython' }, true, { ...content, text: json })];
    }
    case 'json.concatenated':
      return splitFix(line);
    case 'json.controlCharacter':
      return [lineFix({ kind: 'escapeControlCharacters' }, true, ...controlEscapes(line))];
    case 'json.nonFinite':
      return [lineFix({ kind: 'setValue', value: 'null' }, false, { ...problem.span, text: 'null' })];
    case 'json.unclosed':
      return [
        lineFix({ kind: 'closeBrackets', closers: problem.closers }, false, {
          start: content.end,
          end: content.end,
          text: problem.closers,
        }),
      ];
    default:
      return [];
  }
}

/** Puts a line break between the values of a line. */
function splitFix(line: string): LineFix[] {
  const edits: LineEdit[] = [];
  let start = 0;
  for (;;) {
    const { firstEnd } = scanBrackets(line.slice(start), true);
    if (firstEnd === undefined) {
      return [];
    }
    const end = start + firstEnd;
    if (isBlank(line.slice(end))) {
      return edits.length === 0 ? [] : [lineFix({ kind: 'splitLine', parts: edits.length + 1 }, true, ...edits)];
    }
    const gap = /^\s*,?\s*/.exec(line.slice(end))?.[0].length ?? 0;
    edits.push({ start: end, end: end + gap, text: '\n' });
    start = end + gap;
  }
}

/** Escapes for the control characters that stand raw in strings. */
function controlEscapes(line: string): LineEdit[] {
  const edits: LineEdit[] = [];
  for (let open = line.indexOf('"'); open !== -1; ) {
    const end = endOfString(line, open);
    if (end === -1) {
      break;
    }
    for (let at = open + 1; at < end; at += 1) {
      if (line.charCodeAt(at) < 32) {
        edits.push({ start: at, end: at + 1, text: JSON.stringify(line[at]).slice(1, -1) });
      }
    }
    open = line.indexOf('"', end + 1);
  }
  return edits;
}
