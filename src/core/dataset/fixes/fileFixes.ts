import { isBlank } from '../../jsonl/lines.ts';
import type { LineSource } from '../../jsonl/position.ts';
import { endOfString } from '../../jsonl/scan.ts';
import type { Fix } from './fix.ts';

/**
 * Rewrites a JSON array, or objects spread over several lines, as one object per line; undefined if the text is
 * neither. What the objects hold stays written as it is; only the white space between their parts changes.
 */
export function convertToLines(source: LineSource): Fix | undefined {
  const lines = Array.from({ length: source.lineCount }, (_, line) => source.lineAt(line));
  const values = splitValues(lines.join('\n').replace(/^\uFEFF/, ''));
  if (values === undefined || values.length === 0) {
    return undefined;
  }
  const last = source.lineCount - 1;
  const range = { start: { line: 0, character: 0 }, end: { line: last, character: source.lineAt(last).length } };
  return { kind: 'convertToLines', preferred: true, edits: [{ range, text: `${values.join('\n')}\n` }] };
}

/** The objects of an array, or of a text of objects one after the other, each on one line. */
function splitValues(text: string): string[] | undefined {
  const parts: string[] = [];
  const isArray = text.trimStart().startsWith('[');
  const valueDepth = isArray ? 1 : 0;
  let depth = 0;
  let start = -1;
  let gaps = '';
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at];
    if (unit === '"') {
      at = endOfString(text, at);
      if (at === -1) {
        return undefined;
      }
    } else if (unit === '{' || unit === '[') {
      if (depth === valueDepth) {
        start = at;
        gaps += text.slice(end, start);
      }
      depth += 1;
    } else if (unit === '}' || unit === ']') {
      depth -= 1;
      if (depth === valueDepth && start !== -1) {
        end = at + 1;
        parts.push(text.slice(start, end));
        start = -1;
      }
    }
  }
  const whole = isArray ? text : `[${parts.join(',')}]`;
  const rest = isArray ? '' : gaps + text.slice(end);
  return isArrayOf(whole, parts.length) && isBlank(rest.replaceAll(',', '')) ? parts.map(toOneLine) : undefined;
}

function isArrayOf(text: string, count: number): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length === count;
  } catch {
    return false;
  }
}

/** The value without line breaks and indentation, separated as the field's own tools separate. */
function toOneLine(json: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json[at] ?? '';
    if (unit === '"') {
      at = endOfString(json, at);
    } else if (unit === ' ' || unit === '\n' || unit === '\t' || unit === '\r') {
      pieces.push(json.slice(from, at));
      from = at + 1;
    } else if (unit === ',' || unit === ':') {
      pieces.push(json.slice(from, at), `${unit} `);
      from = at + 1;
    }
  }
  pieces.push(json.slice(from));
  return pieces.join('');
}
