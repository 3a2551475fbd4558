import { parseTree, type Node } from 'jsonc-parser';
import type { Span } from './position.ts';
import { scanBrackets } from './scan.ts';

export type JsonPath = readonly (string | number)[];

/** What of the place is meant: the key of a property, its value, or both. */
export type Spot = 'key' | 'value' | 'property';

/** The parser of locations recurses; a line nested deeper than this is located as a whole. */
const maxDepth = 500;

/** Locations inside one line of valid JSON. Where a key occurs twice its last property counts, as in JSON.parse. */
export class LineTree {
  readonly #text: string;
  readonly #root: Node | undefined;

  constructor(text: string) {
    this.#text = text;
    // A byte-order mark is no JSON, and it must not move the offsets.
    const json = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
    this.#root = scanBrackets(json).depth > maxDepth ? undefined : parseTree(json);
  }

  get root(): Node | undefined {
    return this.#root;
  }

  /** The node of the path's value, or undefined. */
  find(path: JsonPath): Node | undefined {
    let node = this.#root;
    for (const step of path) {
      node = node && child(node, step);
    }
    return node;
  }

  /** Where the path is; the nearest container that exists where it is not. */
  span(path: JsonPath, spot: Spot): Span {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.find(path.slice(0, length));
      if (node) {
        return spanOf(length === path.length && spot !== 'value' ? ofProperty(node, spot) : node);
      }
    }
    return contentSpan(this.#text);
  }

  /** Keys that occur again later in the same object, in order of place: what they hold is ignored. */
  ignoredKeys(): { readonly key: string; readonly span: Span }[] {
    const ignored: { key: string; span: Span }[] = [];
    for (const node of this.#nodes()) {
      const last = new Map<string, Node>();
      for (const property of node.type === 'object' ? (node.children ?? []) : []) {
        const key = property.children?.[0];
        const name = String(key?.value);
        const before = last.get(name);
        if (before) {
          ignored.push({ key: name, span: spanOf(before) });
        }
        if (key) {
          last.set(name, key);
        }
      }
    }
    return ignored.sort((one, other) => one.span.start - other.span.start);
  }

  /** Strings, keys among them, whose text the test accepts, in order of place. */
  strings(test: (text: string) => boolean): Span[] {
    return this.#nodes()
      .filter((node) => node.type === 'string' && test(String(node.value)))
      .map(spanOf)
      .sort((one, other) => one.start - other.start);
  }

  #nodes(): Node[] {
    const nodes = this.#root ? [this.#root] : [];
    for (let at = 0; at < nodes.length; at += 1) {
      for (const node of nodes[at]?.children ?? []) {
        nodes.push(node);
      }
    }
    return nodes;
  }
}

/** The property or array element that a value is removed by: the property for a value with a key, else itself. */
export function memberOf(node: Node): Node {
  return node.parent?.type === 'property' ? node.parent : node;
}

export function spanOf(node: Node): Span {
  return { start: node.offset, end: node.offset + node.length };
}

/** The line without the white space around it. */
export function contentSpan(text: string): Span {
  const start = text.length - text.trimStart().length;
  return { start, end: Math.max(start, text.trimEnd().length) };
}

function child(node: Node, step: string | number): Node | undefined {
  if (typeof step === 'number') {
    return node.type === 'array' ? node.children?.[step] : undefined;
  }
  return node.type === 'object'
    ? node.children?.findLast((property) => property.children?.[0]?.value === step)?.children?.[1]
    : undefined;
}

function ofProperty(node: Node, spot: 'key' | 'property'): Node {
  const property = node.parent;
  if (property?.type !== 'property') {
    return node;
  }
  return spot === 'key' ? (property.children?.[0] ?? node) : property;
}
