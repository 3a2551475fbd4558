import type { Node } from 'jsonc-parser';
import { removeMember, replaceNode, textOf } from '../../jsonl/lineEdit.ts';
import { memberOf } from '../../jsonl/tree.ts';
import { lineFix, type LineFix } from './fix.ts';

/** Removes the property whose key, value or self the node is. */
export function removeKeyFix(line: string, node: Node | undefined, preferred: boolean): LineFix[] {
  const property = node?.type === 'property' ? node : node && memberOf(node);
  const key: unknown = property?.children?.[0]?.value;
  return property?.type === 'property' && typeof key === 'string'
    ? [lineFix({ kind: 'removeKey', key }, preferred, removeMember(line, property))]
    : [];
}

export function renameFix(key: Node | undefined, to: string, preferred: boolean): LineFix[] {
  return typeof key?.value === 'string' && key.parent?.type === 'property'
    ? [lineFix({ kind: 'renameKey', from: key.value, to }, preferred, replaceNode(key, JSON.stringify(to)))]
    : [];
}

/** Replaces a value; `value` is JSON. */
export function setValueFix(node: Node | undefined, value: string, preferred = true): LineFix[] {
  return node ? [lineFix({ kind: 'setValue', value }, preferred, replaceNode(node, value))] : [];
}

/** Puts a value into a string: scalars by their text, containers by their JSON as it is written. */
export function stringifyFix(line: string, node: Node | undefined, preferred = true): LineFix[] {
  return node && node.type !== 'string' && node.type !== 'null'
    ? [lineFix({ kind: 'stringify' }, preferred, replaceNode(node, JSON.stringify(textOf(line, node))))]
    : [];
}

/** Takes an array or object out of the string that holds it as JSON. */
export function decodeFix(line: string, node: Node | undefined): LineFix[] {
  if (node?.type !== 'string') {
    return [];
  }
  const inner = String(node.value).trim();
  return /^[[{]/.test(inner) && !/[\r\n]/.test(inner) && textOf(line, node).length > 2
    ? [lineFix({ kind: 'decode' }, true, replaceNode(node, inner))]
    : [];
}

/** Makes a single item the only item of an array. */
export function wrapInArrayFix(line: string, node: Node | undefined): LineFix[] {
  return node?.type === 'object'
    ? [lineFix({ kind: 'wrapInArray' }, true, replaceNode(node, `[${textOf(line, node)}]`))]
    : [];
}

/** True or false for the values that plainly mean it. */
export function booleanFix(node: Node | undefined): LineFix[] {
  const meant = { true: 'true', false: 'false', '1': 'true', '0': 'false' }[String(node?.value).toLowerCase()];
  return meant === undefined || node?.children ? [] : setValueFix(node, meant);
}

const characters = /\\u[\da-fA-F]{4}|\\.|[^\\]/gsu;

/** Removes the white space at both ends of a string, raw or escaped, and leaves the rest as it is written. */
export function trimFix(line: string, node: Node | undefined): LineFix[] {
  if (node?.type !== 'string') {
    return [];
  }
  const written = textOf(line, node).slice(1, -1).match(characters) ?? [];
  const isSpace = (character: string): boolean => /^\s$/.test(String(JSON.parse(`"${character}"`)));
  const first = written.findIndex((character) => !isSpace(character));
  const last = written.findLastIndex((character) => !isSpace(character));
  if (first === -1) {
    return [];
  }
  const from = node.offset + 1;
  const to = node.offset + node.length - 1;
  const edits = [
    { start: from, end: from + written.slice(0, first).join('').length, text: '' },
    { start: to - written.slice(last + 1).join('').length, end: to, text: '' },
  ].filter((edit) => edit.end > edit.start);
  return [lineFix({ kind: 'trim' }, true, ...edits)];
}
