import type { Node } from 'jsonc-parser';
import type { Span } from './position.ts';
import { spanOf } from './tree.ts';

/** Replaces a span of one line. The text may hold line breaks. */
export type LineEdit = Span & { readonly text: string };

/** The line after edits that do not overlap; of two at one place the first comes first. */
export function applyLineEdits(line: string, edits: readonly LineEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    result += line.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + line.slice(at);
}

export function replaceNode(node: Node, text: string): LineEdit {
  return { ...spanOf(node), text };
}

/** Removes a property or array element together with the comma and the white space that belong to it. */
export function removeMember(line: string, member: Node): LineEdit {
  const siblings = member.parent?.children ?? [];
  const index = siblings.indexOf(member);
  const { start, end } = spanOf(member);
  const next = siblings[index + 1];
  if (next) {
    return { start, end: next.offset, text: '' };
  }
  const before = siblings[index - 1];
  if (before) {
    return { start: before.offset + before.length, end, text: '' };
  }
  const container = member.parent;
  return container ? { start: container.offset + 1, end: container.offset + container.length - 1, text: '' } : { start, end, text: line };
}

/** Puts a property first in an object, written as the line writes its own. */
export function insertFirst(line: string, object: Node, key: string, value: string): LineEdit {
  const at = object.children?.[0]?.offset ?? object.offset + 1;
  const { colon, comma } = punctuationOf(line);
  return { start: at, end: at, text: `${JSON.stringify(key)}${colon}${value}${object.children?.length ? comma : ''}` };
}

/** Puts a property last in an object, written as the line writes its own. */
export function insertLast(line: string, object: Node, key: string, value: string): LineEdit {
  const last = object.children?.at(-1);
  const at = last ? last.offset + last.length : object.offset + 1;
  const { colon, comma } = punctuationOf(line);
  return { start: at, end: at, text: `${last ? comma : ''}${JSON.stringify(key)}${colon}${value}` };
}

/** How a line separates keys from values, and members from each other. */
export function punctuationOf(line: string): { readonly colon: string; readonly comma: string } {
  return /":\S/.test(line) && !/": /.test(line) ? { colon: ':', comma: ',' } : { colon: ': ', comma: ', ' };
}

/** The text of a node as it stands in the line. */
export function textOf(line: string, node: Node): string {
  return line.slice(node.offset, node.offset + node.length);
}

/** The property's or element's own key, value or member at exactly this place. */
export function nodeAt(root: Node | undefined, { start, end }: Span): Node | undefined {
  let node = root;
  while (node && !(node.offset === start && node.offset + node.length === end)) {
    node = node.children?.find((child) => child.offset <= start && end <= child.offset + child.length);
  }
  return node;
}

/** The value of an object's key; of two properties with the key the last counts. */
export function valueOf(object: Node | undefined, key: string): Node | undefined {
  return object?.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
}
