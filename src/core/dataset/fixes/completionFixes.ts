import { endOfString } from '../../jsonl/scan.ts';
import type { LineSource, TextEdit } from '../../jsonl/position.ts';
import { rangeOf } from '../../jsonl/position.ts';
import { LineTree } from '../../jsonl/tree.ts';
import type { CompletionKey } from '../codes/formatCodes.ts';
import { isRecord } from '../format.ts';
import type { Problem } from '../problem.ts';
import type { Fix, FixKind } from './fix.ts';

/** The mend of a problem of a file of prompts and completions, which rewrites every line; undefined if there is none. */
export function completionFileFix(problem: Problem): FixKind | undefined {
  switch (problem.code) {
    case 'file.format.legacy':
      return { kind: 'convertToChat' };
    case 'file.completion.separator':
      return { kind: 'appendToAll', key: 'prompt', text: problem.suggestion };
    case 'file.completion.ending':
      return { kind: 'appendToAll', key: 'completion', text: problem.suggestion };
    case 'file.completion.leadingSpace':
      return { kind: 'spaceBeforeAll' };
    default:
      return undefined;
  }
}

/** The edits of such a mend. Lines that are no pair of texts stay as they are. */
export function applyCompletionFix(fix: FixKind, source: LineSource): Fix | undefined {
  const edits: TextEdit[] = [];
  for (let line = 0; line < source.lineCount; line += 1) {
    edits.push(...editsOf(fix, source.lineAt(line), line));
  }
  return edits.length === 0 ? undefined : { ...fix, preferred: false, edits };
}

function editsOf(fix: FixKind, text: string, line: number): readonly TextEdit[] {
  switch (fix.kind) {
    case 'convertToChat': {
      const pair = pairOf(text);
      return pair ? [{ range: rangeOf(line, { start: text.startsWith('\uFEFF') ? 1 : 0, end: text.length }), text: toChat(pair) }] : [];
    }
    case 'appendToAll': {
      const value = stringAt(text, fix.key);
      return value ? [{ range: rangeOf(line, { start: value.end, end: value.end }), text: escaped(fix.text) }] : [];
    }
    case 'spaceBeforeAll': {
      const value = stringAt(text, 'completion');
      return value && value.end > value.start && !/^\s/.test(value.text)
        ? [{ range: rangeOf(line, { start: value.start, end: value.start }), text: ' ' }]
        : [];
    }
    default:
      return [];
  }
}

type Pair = { readonly prompt: string; readonly completion: string };

function pairOf(text: string): Pair | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const { prompt, completion } = isRecord(value) ? value : {};
  return typeof prompt === 'string' && typeof completion === 'string' ? { prompt, completion } : undefined;
}

/** One question and its answer. White space at the ends, which completions had for their tokens, goes. */
function toChat({ prompt, completion }: Pair): string {
  const question = `{"role": "user", "content": ${JSON.stringify(prompt.trim())}}`;
  return `{"messages": [${question}, {"role": "assistant", "content": ${JSON.stringify(completion.trim())}}]}`;
}

/** The inside of the quotes of a string value at the top of the line. */
function stringAt(line: string, key: CompletionKey): { readonly start: number; readonly end: number; readonly text: string } | undefined {
  if (!pairOf(line)) {
    return undefined;
  }
  const node = new LineTree(line).find([key]);
  if (node?.type !== 'string') {
    return undefined;
  }
  const end = endOfString(line, node.offset);
  return end === -1 ? undefined : { start: node.offset + 1, end, text: String(node.value) };
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
