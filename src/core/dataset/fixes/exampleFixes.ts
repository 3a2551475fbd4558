import type { Node } from 'jsonc-parser';
import { insertFirst, nodeAt, removeMember, replaceNode, textOf } from '../../jsonl/lineEdit.ts';
import { memberOf, type LineTree } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { findInvisible } from '../invisible.ts';
import { lineFix, type LineFix } from './fix.ts';
import { decodeFix, removeKeyFix, renameFix } from './valueFixes.ts';

/** Mends of an example as a whole. */
export function exampleFixes(problem: LineProblem, line: string, tree: LineTree): LineFix[] {
  const node = nodeAt(tree.root, problem.span);
  switch (problem.code) {
    case 'example.key.unknown':
      return removeKeyFix(line, node, true);
    case 'example.messages.missing':
      return problem.near === undefined ? [] : renameFix(node, 'messages', true);
    case 'example.messages.wrongType':
      return decodeFix(line, node);
    case 'example.lastMessage.notAssistant':
      return removeTrailingFix(tree);
    case 'example.system.position':
      return problem.repeated ? [] : moveSystemFix(line, node);
    case 'example.weights.allZero':
      return trainLastFix(tree);
    case 'example.roles.repeated':
      return mergeFix(line, node);
    case 'json.duplicateKey':
      return removeDuplicateFix(line, node, problem.key);
    case 'line.invisibleCharacter':
      return [lineFix({ kind: 'removeInvisible' }, false, ...findInvisible(line, true).map(({ span }) => ({ ...span, text: '' })))];
    case 'json.loneSurrogate':
      return removeHalvesFix(line, node);
    default:
      return [];
  }
}

function messagesOf(tree: LineTree): readonly Node[] {
  return tree.find(['messages'])?.children ?? [];
}

function roleOf(message: Node): unknown {
  return message.children?.findLast((property) => property.children?.[0]?.value === 'role')?.children?.[1]?.value;
}

/** Ends the example with its last answer. */
function removeTrailingFix(tree: LineTree): LineFix[] {
  const messages = messagesOf(tree);
  const answer = messages.findLastIndex((message) => roleOf(message) === 'assistant');
  const from = messages[answer];
  const to = messages.at(-1);
  if (!from || !to || from === to) {
    return [];
  }
  const count = messages.length - 1 - answer;
  const edit = { start: from.offset + from.length, end: to.offset + to.length, text: '' };
  return [lineFix({ kind: 'removeTrailingMessages', count }, false, edit)];
}

function moveSystemFix(line: string, role: Node | undefined): LineFix[] {
  const message = role?.parent?.parent;
  const first = message?.parent?.children?.[0];
  if (!message || !first || first === message) {
    return [];
  }
  const separator = line.slice(first.offset + first.length, message.parent?.children?.[1]?.offset);
  const insertion = { start: first.offset, end: first.offset, text: textOf(line, message) + separator };
  return [lineFix({ kind: 'moveSystemFirst' }, false, insertion, removeMember(line, message))];
}

function trainLastFix(tree: LineTree): LineFix[] {
  const answer = messagesOf(tree).findLast((message) => roleOf(message) === 'assistant');
  const weight = answer?.children?.findLast((property) => property.children?.[0]?.value === 'weight')?.children?.[1];
  return weight ? [lineFix({ kind: 'trainLastAnswer' }, false, replaceNode(weight, '1'))] : [];
}

/** Joins a message and the one before it where both are only a role and a text. */
function mergeFix(line: string, role: Node | undefined): LineFix[] {
  const message = role?.parent?.parent;
  const siblings = message?.parent?.children ?? [];
  const before = message && siblings[siblings.indexOf(message) - 1];
  const [one, other] = [plainText(before), plainText(message)];
  if (!message || !before || !one || !other) {
    return [];
  }
  const joined = JSON.stringify(`${String(one.value)}\n\n${String(other.value)}`);
  return [lineFix({ kind: 'mergeMessages' }, false, replaceNode(one, joined), removeMember(line, message))];
}

/** The content of a message that is nothing but a role and a text. */
function plainText(message: Node | undefined): Node | undefined {
  const keys = message?.children?.map((property) => String(property.children?.[0]?.value)) ?? [];
  const content = message?.children?.find((property) => property.children?.[0]?.value === 'content')?.children?.[1];
  return keys.toSorted().join() === 'content,role' && content?.type === 'string' ? content : undefined;
}

/** Removes halves of surrogate pairs from a string, and leaves the rest as it is written. */
function removeHalvesFix(line: string, node: Node | undefined): LineFix[] {
  if (!node) {
    return [];
  }
  const written = textOf(line, node).slice(1, -1);
  const units = /\\u([\da-fA-F]{4})|\\.|[^\\]/g;
  const pieces = [...written.matchAll(units)].map((match) => ({
    at: match.index,
    length: match[0].length,
    unit: match[1] === undefined ? match[0].charCodeAt(0) : Number.parseInt(match[1], 16),
  }));
  const edits = pieces.flatMap(({ at, length, unit }, index) => {
    const low = (piece: { readonly unit: number } | undefined): boolean => piece !== undefined && piece.unit >> 10 === 0x37;
    const high = (piece: { readonly unit: number } | undefined): boolean => piece !== undefined && piece.unit >> 10 === 0x36;
    const half = high({ unit }) ? !low(pieces[index + 1]) : low({ unit }) && !high(pieces[index - 1]);
    const start = node.offset + 1 + at;
    return half ? [{ start, end: start + length, text: '' }] : [];
  });
  return edits.length === 0 ? [] : [lineFix({ kind: 'removeHalves' }, false, ...edits)];
}

/** Removes the property that is ignored. What a reader sees does not change; preferred if both say the same. */
function removeDuplicateFix(line: string, key: Node | undefined, name: string): LineFix[] {
  const property = key?.parent;
  const last = property?.parent?.children?.findLast((other) => other.children?.[0]?.value === name);
  if (!property || !last || last === property) {
    return [];
  }
  const same = property.children?.[1] && last.children?.[1] && textOf(line, property.children[1]) === textOf(line, last.children[1]);
  return [lineFix({ kind: 'removeDuplicateKey', key: name }, same === true, removeMember(line, memberOf(property)))];
}

/** The role that a message without one must have by its keys and its neighbours; undefined if it may have several. */
export function inferRole(message: Node): string | undefined {
  const keys = new Set(message.children?.map((property) => property.children?.[0]?.value));
  if (/^(?:non_)?preferred_output$/.test(String(message.parent?.parent?.children?.[0]?.value))) {
    return 'assistant';
  }
  if (keys.has('tool_call_id')) {
    return 'tool';
  }
  if (['tool_calls', 'function_call', 'weight', 'refusal'].some((key) => keys.has(key))) {
    return 'assistant';
  }
  const messages = message.parent?.children ?? [];
  const index = messages.indexOf(message);
  const before = index > 0 ? roleOf(messages[index - 1] ?? message) : undefined;
  const after = index < messages.length - 1 ? roleOf(messages[index + 1] ?? message) : undefined;
  if (before === 'user') {
    return after === undefined && index < messages.length - 1 ? undefined : 'assistant';
  }
  if (after === 'assistant') {
    return 'user';
  }
  return index === 0 && after === 'user' ? 'system' : undefined;
}

/** Gives a message the role that it must have. */
export function insertRoleFix(line: string, message: Node | undefined): LineFix[] {
  const role = message && inferRole(message);
  if (!message || role === undefined) {
    return [];
  }
  const value = JSON.stringify(role);
  return [lineFix({ kind: 'insertKey', key: 'role', value }, true, insertFirst(line, message, 'role', value))];
}
