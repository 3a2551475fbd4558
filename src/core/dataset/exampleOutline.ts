import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import { contentText, firstWords } from './exampleTitle.ts';

/** A part of an example that is shown as YAML; lines count from 0, the last one is part of it. */
export type OutlinePart = {
  readonly kind: 'key' | 'message' | 'call' | 'item';
  readonly title: string;
  readonly detail: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly parts: readonly OutlinePart[];
};

/** Deeper than the arguments of a tool call nobody looks for a part by its name. */
const deepest = 6;

/**
 * The parts of an example: its keys, its messages by role and first words, its tools and calls by name. A text that is
 * being edited has those that can be read. Brings a YAML library along, as `exampleYaml` does.
 */
export function exampleOutline(text: string): readonly OutlinePart[] {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines });
  const place = (start: number, end: number): Pick<OutlinePart, 'firstLine' | 'lastLine'> => {
    const firstLine = lines.linePos(start).line - 1;
    // A node ends with the line breaks after it.
    const content = start + text.slice(start, end).trimEnd().length;
    return { firstLine, lastLine: Math.max(firstLine, lines.linePos(Math.max(start, content - 1)).line - 1) };
  };
  const partsOf = (node: unknown, depth: number): OutlinePart[] => {
    if (depth > deepest) return [];
    if (isMap(node)) return node.items.flatMap((pair) => keyPart(pair, depth));
    return isSeq(node) ? node.items.flatMap((item, index) => itemPart(item, index, depth)) : [];
  };
  const keyPart = ({ key, value }: Pair, depth: number): OutlinePart[] => {
    const [start, end] = [rangeOf(key)?.[0], rangeOf(value)?.[1] ?? rangeOf(key)?.[1]];
    if (start === undefined || end === undefined) return [];
    return [{ kind: 'key', title: wordsOf(key) || '""', detail: wordsOf(value), ...place(start, end), parts: partsOf(value, depth + 1) }];
  };
  const itemPart = (item: unknown, index: number, depth: number): OutlinePart[] => {
    const range = rangeOf(item);
    if (!range) return [];
    return [{ ...titleOf(item, index), ...place(range[0], range[1]), parts: partsOf(item, depth + 1) }];
  };
  return partsOf(contents, 0);
}

function titleOf(item: unknown, index: number): Pick<OutlinePart, 'kind' | 'title' | 'detail'> {
  if (!isMap(item)) return { kind: 'item', title: String(index + 1), detail: wordsOf(item) };
  const role = textAt(item, 'role');
  if (role !== undefined) {
    const content = item.get('content', true);
    const said = isSeq(content) ? contentText(content.toJSON()) : (textAt(item, 'content') ?? '');
    return { kind: 'message', title: role, detail: firstWords(said) ?? '' };
  }
  const called = item.get('function', true);
  const name = (isMap(called) ? textAt(called, 'name') : undefined) ?? textAt(item, 'name');
  return { kind: name === undefined ? 'item' : 'call', title: name ?? String(index + 1), detail: textAt(item, 'id') ?? '' };
}

function textAt(map: YAMLMap, key: string): string | undefined {
  const value: unknown = map.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The first words of a scalar; empty for anything else. */
function wordsOf(node: unknown): string {
  const value = isScalar(node) ? node.value : undefined;
  const isShown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isShown ? (firstWords(String(value)) ?? '') : '';
}

/** Start, end of the value, end of what belongs to it; undefined for what is not written. */
function rangeOf(node: unknown): Node['range'] | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
}
