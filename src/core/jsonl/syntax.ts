import { printParseErrorCode, visit } from 'jsonc-parser';
import type { Span } from './position.ts';
import { toJsonFromPython } from './pythonLiteral.ts';
import { scanBrackets } from './scan.ts';
import { contentSpan } from './tree.ts';

/** What the parser wanted where it stopped. */
export type Expected =
  | 'value'
  | 'key'
  | 'colon'
  | 'comma'
  | 'closingBrace'
  | 'closingBracket'
  | 'end'
  | 'closingQuote'
  | 'validEscape'
  | 'validNumber'
  | 'validSymbol';

/** Why a line is no JSON, named as precisely as the text allows. */
export type SyntaxFault =
  | { readonly kind: 'comment' }
  | { readonly kind: 'trailingComma' }
  | { readonly kind: 'pythonLiteral' }
  | { readonly kind: 'nonFinite'; readonly word: string }
  | { readonly kind: 'concatenated' }
  | { readonly kind: 'controlCharacter'; readonly codePoint: number }
  | { readonly kind: 'unclosed'; readonly closers: string }
  | { readonly kind: 'syntax'; readonly expected: Expected; readonly found: string };

/** The parser's own names of its errors. */
type Name = ReturnType<typeof printParseErrorCode>;

/** The parser of locations recurses; a line nested deeper than this is not explained in detail. */
const maxDepth = 500;

/** The first fault of a line that `JSON.parse` refuses, and its place. The line is not blank. */
export function diagnoseSyntax(line: string): { readonly fault: SyntaxFault; readonly span: Span } {
  const content = contentSpan(line);
  const text = line.slice(0, content.end);
  const brackets = scanBrackets(text);
  if (text.startsWith('//', content.start) || text.startsWith('#', content.start)) {
    return { fault: { kind: 'comment' }, span: content };
  }
  if (brackets.depth > maxDepth) {
    return { fault: { kind: 'syntax', expected: 'value', found: '' }, span: content };
  }
  if (/[{[(,:]\s*(?:u?'|None\b|True\b|False\b)/.test(text) && toJsonFromPython(text.slice(content.start)) !== undefined) {
    return { fault: { kind: 'pythonLiteral' }, span: content };
  }
  return firstError(text, content);
}

function firstError(text: string, content: Span): { readonly fault: SyntaxFault; readonly span: Span } {
  let first: { readonly code: Name; readonly offset: number; readonly length: number } | undefined;
  const json = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  visit(
    json,
    {
      onError: (code, offset, length) => {
        if (!first || offset < first.offset) {
          first = { code: printParseErrorCode(code), offset, length };
        }
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  if (!first) {
    return { fault: { kind: 'syntax', expected: 'value', found: '' }, span: content };
  }
  const { code, offset, length } = first;
  const span = { start: offset, end: Math.min(text.length, offset + Math.max(1, length)) };
  if (offset >= text.length) {
    const { closers, broken, inString } = scanBrackets(json);
    const at = { start: Math.max(content.start, text.length - 1), end: text.length };
    return closers !== '' && !broken && !inString
      ? { fault: { kind: 'unclosed', closers }, span: at }
      : { fault: { kind: 'syntax', expected: expectations[code] ?? 'value', found: '' }, span: at };
  }
  const control = code === 'InvalidCharacter' ? controlCharacter(text, span) : undefined;
  if (control !== undefined) {
    return {
      fault: { kind: 'controlCharacter', codePoint: text.charCodeAt(control) },
      span: { start: control, end: control + 1 },
    };
  }
  const comma = trailingComma(text, offset);
  if (comma !== undefined) {
    return { fault: { kind: 'trailingComma' }, span: { start: comma, end: comma + 1 } };
  }
  const found = text.slice(span.start, span.end);
  const word = /^-?(?:NaN|Infinity|nan|inf)\b/.exec(text.slice(offset, offset + 10))?.[0];
  if (word !== undefined) {
    return { fault: { kind: 'nonFinite', word }, span: { start: offset, end: offset + word.length } };
  }
  if (/^,?\s*[{[]/.test(text.slice(offset, offset + 80)) && isValue(text.slice(0, offset))) {
    return { fault: { kind: 'concatenated' }, span: { start: offset, end: content.end } };
  }
  return { fault: { kind: 'syntax', expected: expectations[code] ?? 'value', found: found.slice(0, 40) }, span };
}

/** The comma before a closing bracket, or after the line's value, if that is what the parser stopped at. */
function trailingComma(text: string, offset: number): number | undefined {
  if (text[offset] === ',' && offset === text.length - 1 && isValue(text.slice(0, offset))) {
    return offset;
  }
  const before = text.slice(0, offset).trimEnd();
  return (text[offset] === '}' || text[offset] === ']') && before.endsWith(',') ? before.length - 1 : undefined;
}

function controlCharacter(text: string, span: Span): number | undefined {
  for (let at = span.start; at < span.end; at += 1) {
    if (text.charCodeAt(at) < 32) {
      return at;
    }
  }
  return undefined;
}

function isValue(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const expectations: Readonly<Partial<Record<Name, Expected>>> = {
  InvalidSymbol: 'validSymbol',
  InvalidNumberFormat: 'validNumber',
  PropertyNameExpected: 'key',
  ValueExpected: 'value',
  ColonExpected: 'colon',
  CommaExpected: 'comma',
  CloseBraceExpected: 'closingBrace',
  CloseBracketExpected: 'closingBracket',
  EndOfFileExpected: 'end',
  UnexpectedEndOfString: 'closingQuote',
  UnexpectedEndOfNumber: 'validNumber',
  InvalidUnicode: 'validEscape',
  InvalidEscapeCharacter: 'validEscape',
  InvalidCharacter: 'validSymbol',
};
