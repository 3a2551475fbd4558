import { createScanner, type JSONScanner, type SyntaxKind } from 'jsonc-parser';
import type { Span } from '../jsonl/position.ts';

export type Step = string | number;

/** A value while it is read: what was seen of it up to the cursor, and its keys beyond. */
export type Container = {
  readonly kind: 'object' | 'array';
  /** How it is reached from the line's own object. */
  readonly path: readonly Step[];
  readonly keys: Set<string>;
  /** Short texts of its members, by key. */
  readonly values: Map<string, string>;
  /** Property being written, or the index of the element. */
  key: string | undefined;
  index: number;
  /** A colon stood after the key. */
  colon: boolean;
  /** A value stood after the colon, or the last comma. */
  filled: boolean;
};

export type Place = {
  readonly container: Container;
  readonly replaced: Span;
  readonly wants: 'key' | 'value';
  /** What follows the word: a key that has its colon already gets none. */
  readonly hasColon: boolean;
  /** A property follows, so that a comma is wanted. */
  readonly beforeKey: boolean;
  /** Key of the value that is wanted. */
  readonly key: string | undefined;
};

/** `SyntaxKind` of the scanner, which exists only as a type. */
const tokens = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  string: 10,
  number: 11,
  unknown: 16,
  end: 17,
} as const satisfies Readonly<Record<string, SyntaxKind>>;

/** Where in a line of JSON the cursor stands; the line may be broken. Undefined where nothing can be written. */
export function findPlace(line: string, cursor: number): Place | undefined {
  const scanner = createScanner(line.replace(/^\uFEFF/, ' '), true);
  const open: Container[] = [];
  let place: Place | undefined;
  for (let token = scanner.scan(); token !== tokens.end; token = scanner.scan()) {
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    let underCursor = false;
    if (!place && cursor <= start) {
      place = between(open, cursor, token);
      if (!place) return undefined;
    } else if (!place && isWord(token) && cursor <= end) {
      place = inWord(open, { start, end }, line, cursor);
      if (!place) return undefined;
      underCursor = true;
    }
    // The keys after the cursor count too, up to the end of its object.
    step(open, token, scanner, underCursor);
    if (place && !open.includes(place.container)) return place;
  }
  return place ?? between(open, cursor, tokens.end);
}

function isWord(token: SyntaxKind): boolean {
  return token === tokens.string || token === tokens.unknown || token === tokens.number;
}

/** The cursor stands in white space, or before a mark of punctuation. */
function between(open: readonly Container[], cursor: number, next: SyntaxKind): Place | undefined {
  const container = open.at(-1);
  if (!container || container.filled) return undefined;
  const replaced = { start: cursor, end: cursor };
  if (container.kind === 'array' || container.colon) {
    // Before another value there is no comma yet, and none is known to be wanted.
    const free = next === tokens.end || closers.has(next) || next === tokens.comma;
    return free ? { container, replaced, wants: 'value', hasColon: false, beforeKey: false, key: container.key } : undefined;
  }
  const hasColon = next === tokens.colon;
  const beforeKey = next === tokens.string;
  return container.key === undefined
    ? { container, replaced, wants: 'key', hasColon, beforeKey, key: undefined }
    : undefined;
}

const closers: ReadonlySet<SyntaxKind> = new Set([tokens.closeBrace, tokens.closeBracket]);

/** The cursor stands in a word, or behind one without quotes. A string that lacks its end is only the word it starts with. */
function inWord(open: readonly Container[], token: Span, line: string, cursor: number): Place | undefined {
  const container = open.at(-1);
  if (!container || container.filled) return undefined;
  const written = line.slice(token.start, token.end);
  const closed = /^"[\w.-]*"$/.test(written);
  const end = closed ? token.end : token.start + (/^"?[\w.-]*/.exec(written)?.[0].length ?? 0);
  if (cursor > end || (closed && cursor === end)) return undefined;
  const replaced = { start: token.start, end };
  const common = { container, replaced, beforeKey: false };
  if (container.kind === 'array' || container.colon) {
    return { ...common, wants: 'value', hasColon: false, key: container.key };
  }
  const hasColon = /^\s*:/.test(line.slice(end));
  return container.key === undefined ? { ...common, wants: 'key', hasColon, key: undefined } : undefined;
}

/** Takes one token. What does not fit is passed over, since the line may be broken. */
function step(open: Container[], token: SyntaxKind, scanner: JSONScanner, underCursor: boolean): void {
  const container = open.at(-1);
  switch (token) {
    case tokens.openBrace:
    case tokens.openBracket: {
      const kind = token === tokens.openBrace ? 'object' : 'array';
      const own = container?.kind === 'array' ? container.index : (container?.key ?? '');
      if (container) container.filled = true;
      const fresh = { key: undefined, index: 0, colon: false, filled: false };
      open.push({ kind, path: container ? [...container.path, own] : [], keys: new Set(), values: new Map(), ...fresh });
      return;
    }
    case tokens.closeBrace:
    case tokens.closeBracket:
      open.pop();
      return;
    case tokens.colon:
      if (container?.key !== undefined) container.colon = true;
      return;
    case tokens.comma:
      if (container) {
        container.key = undefined;
        container.colon = false;
        container.filled = false;
        container.index += 1;
      }
      return;
    case tokens.string:
      if (container?.kind === 'object' && !container.colon) {
        container.key = scanner.getTokenValue();
        if (!underCursor) container.keys.add(container.key);
        return;
      }
      if (container?.key !== undefined) container.values.set(container.key, scanner.getTokenValue().slice(0, 100));
      break;
    default:
  }
  if (container) container.filled = true;
}
