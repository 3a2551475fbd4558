import { isAlias, isMap, isScalar, parseDocument, stringify, visit } from 'yaml';
import { withoutMark } from '../jsonl/lines.ts';

/** Of this module too, so that the library comes along once. */
export { exampleOutline } from './exampleOutline.ts';

/**
 * One example as text for people: YAML, because it shows paragraphs as paragraphs, keeps every JSON value, and editors
 * know it. This module brings a YAML library along: load it only where an example is opened.
 */
export type ExampleText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'lossy' };

export type ExampleLine =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'wrong'; readonly reason: ExampleFault };

/** `syntax`: what the YAML library says, and the line of the text, from 1, where it is known. */
export type ExampleFault =
  | { readonly kind: 'syntax'; readonly message: string; readonly line: number | undefined }
  | { readonly kind: 'alias' | 'notFinite' | 'notObject' };

/** The example on a line of JSON. `lossy`: what would come back is not the same. */
export function toExampleText(line: string): ExampleText {
  const json = withoutMark(line);
  const value: unknown = JSON.parse(json);
  const text = stringify(value, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false });
  const back = toExampleLine(text, line);
  const same = back.kind === 'line' && JSON.stringify(JSON.parse(withoutMark(back.line))) === JSON.stringify(value);
  return same ? { kind: 'text', text } : { kind: 'lossy' };
}

/** The line for a text that a person may have edited, written in the manner of the line that it replaces. */
export function toExampleLine(text: string, replaced: string): ExampleLine {
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    const message = (error.message.split('\n')[0] ?? '').replace(/ at line .*/, '');
    return { kind: 'wrong', reason: { kind: 'syntax', message, line: error.linePos?.[0].line } };
  }
  let fault: ExampleFault | undefined;
  visit(document, (_, node) => {
    if (isAlias(node)) fault = { kind: 'alias' };
    else if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) fault = { kind: 'notFinite' };
    return fault === undefined ? undefined : visit.BREAK;
  });
  if (!isMap(document.contents)) fault ??= { kind: 'notObject' };
  if (fault !== undefined) return { kind: 'wrong', reason: fault };
  const mark = replaced.startsWith('\uFEFF') ? '\uFEFF' : '';
  return { kind: 'line', line: mark + styled(document.toJS({ maxAliasCount: 0 }), withoutMark(replaced)) };
}

/** JSON on one line: with spaces, and with characters escaped, as `model` has them. */
function styled(value: unknown, model: string): string {
  const [space, escapes] = [/^\s*\{\s*"(?:[^"\\]|\\.)*":\s/.test(model), /\\u[0-9a-f]{4}/i.test(model)];
  const json = write(value, space ? ', ' : ',', space ? ': ' : ':');
  // Pure ASCII with escapes is how Python writes JSON unless told otherwise.
  const isAscii = escapes && !/[^\0-\x7F]/.test(model);
  return isAscii ? json.replaceAll(/[^\0-\x7F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : json;
}

function write(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, comma, colon)).join(comma)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}${colon}${write(item, comma, colon)}`);
  return `{${pairs.join(comma)}}`;
}
