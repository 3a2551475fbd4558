import type { Node } from 'jsonc-parser';
import { nodeAt, removeMember, replaceNode, textOf, punctuationOf, insertFirst } from '../../jsonl/lineEdit.ts';
import type { LineTree } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { nearest } from '../similarity.ts';
import { messageName, nearestRole } from '../vocabulary.ts';
import { insertRoleFix } from './exampleFixes.ts';
import { lineFix, type LineFix } from './fix.ts';
import { decodeFix, removeKeyFix, renameFix, setValueFix, stringifyFix, trimFix, wrapInArrayFix } from './valueFixes.ts';

/** Mends of a message and its content. */
export function messageFixes(problem: LineProblem, line: string, tree: LineTree): LineFix[] {
  const node = nodeAt(tree.root, problem.span);
  switch (problem.code) {
    case 'message.role.missing':
      return problem.near === undefined ? insertRoleFix(line, node) : renameRoleFix(node, problem.near);
    case 'message.role.unknown':
      return problem.near === undefined ? [] : setValueFix(node, JSON.stringify(problem.near));
    case 'message.role.developer':
      return setValueFix(node, '"system"');
    case 'message.key.unknown':
      return [
        ...(problem.near === undefined ? [] : renameFix(node, problem.near, true)),
        ...removeKeyFix(line, node, problem.near === undefined),
      ];
    case 'message.key.misplaced':
      return removeKeyFix(line, node, false);
    case 'message.key.null':
    case 'message.weight.ignored':
    case 'message.name.ignored':
    case 'message.weight.misplaced':
    case 'toolCalls.empty':
      return removeKeyFix(line, node, true);
    case 'message.content.null':
      return problem.role === 'tool' ? setValueFix(node, '""') : [];
    case 'message.content.wrongType':
      return isPart(node) ? wrapInArrayFix(line, node) : stringifyFix(line, node);
    case 'message.content.surroundingSpace':
      return trimFix(line, node);
    case 'message.empty':
      return node ? [lineFix({ kind: 'removeMessage' }, false, removeMember(line, node))] : [];
    case 'message.weight.invalid':
      return weightFix(line, node);
    case 'message.name.wrongType':
      return stringifyFix(line, node);
    case 'message.name.invalid':
      return nameFix(node);
    default:
      return partFixes(problem, line, node);
  }
}

function partFixes(problem: LineProblem, line: string, node: Node | undefined): LineFix[] {
  switch (problem.code) {
    case 'content.part.wrongType':
      return problem.type === 'string' ? wrapAsTextFix(line, node) : [];
    case 'content.part.type.missing':
      return insertTypeFix(line, node);
    case 'content.part.type.unknown':
      return partTypeFix(node, problem.type);
    case 'content.part.type.notAllowed':
    case 'content.part.type.unsupported': {
      const part = node?.parent?.parent;
      return part ? [lineFix({ kind: 'removePart' }, false, removeMember(line, part))] : [];
    }
    case 'content.part.text.invalid':
      return problem.type === undefined ? [] : stringifyFix(line, node);
    case 'content.part.image.invalid':
      return problem.type === 'string' ? wrapUrlFix(line, node) : [];
    case 'content.part.image.detail': {
      const near = nearest(problem.detail, ['auto', 'low', 'high']);
      return near === undefined ? removeKeyFix(line, node, false) : setValueFix(node, JSON.stringify(near));
    }
    case 'content.part.image.mediaType':
      return mediaTypeFix(line, node, problem.stated, problem.meant);
    case 'content.part.image.format':
    case 'content.part.image.tooLarge':
    case 'content.part.image.base64':
    case 'content.part.image.url':
      return removeImageFix(line, node);
    case 'toolCalls.wrongType':
      return [...decodeFix(line, node), ...wrapInArrayFix(line, node)];
    default:
      return [];
  }
}

/** Renames the key that holds the role, and the role in it where it has another name. */
function renameRoleFix(message: Node | undefined, near: string): LineFix[] {
  const property = message?.children?.find((item) => item.children?.[0]?.value === near);
  const [key, value] = property?.children ?? [];
  if (!key || typeof value?.value !== 'string') {
    return [];
  }
  const role = nearestRole(value.value);
  const edits = [replaceNode(key, '"role"')];
  if (role !== undefined && role !== value.value) {
    edits.push(replaceNode(value, JSON.stringify(role)));
  }
  return [lineFix({ kind: 'renameKey', from: near, to: 'role' }, true, ...edits)];
}

/** True for an object that looks like one part of a content. */
function isPart(node: Node | undefined): boolean {
  return node?.type === 'object' && node.children?.some((property) => property.children?.[0]?.value === 'type') === true;
}

/** Rounds numbers to 0 or 1, reads strings and booleans, and removes what says nothing. */
function weightFix(line: string, node: Node | undefined): LineFix[] {
  const value: unknown = node?.value;
  if (value === null) {
    return removeKeyFix(line, node, true);
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'boolean') {
    return setValueFix(node, number ? '1' : '0');
  }
  return typeof number === 'number' && Number.isFinite(number) ? setValueFix(node, number >= 0.5 ? '1' : '0') : [];
}

function nameFix(node: Node | undefined): LineFix[] {
  const name = String(node?.value).trim().replaceAll(/[\s<|\\/>]+/g, '_').slice(0, 64);
  return messageName.test(name) ? setValueFix(node, JSON.stringify(name), false) : [];
}

function wrapAsTextFix(line: string, node: Node | undefined): LineFix[] {
  if (!node) {
    return [];
  }
  const { colon, comma } = punctuationOf(line);
  const text = `{"type"${colon}"text"${comma}"text"${colon}${textOf(line, node)}}`;
  return [lineFix({ kind: 'wrapAsText' }, true, replaceNode(node, text))];
}

function wrapUrlFix(line: string, node: Node | undefined): LineFix[] {
  const text = node && `{"url"${punctuationOf(line).colon}${textOf(line, node)}}`;
  return node && text ? [lineFix({ kind: 'wrapInObject', key: 'url' }, true, replaceNode(node, text))] : [];
}

function insertTypeFix(line: string, part: Node | undefined): LineFix[] {
  const keys = new Set(part?.children?.map((property) => property.children?.[0]?.value));
  const types = ['text', 'image_url', 'refusal'].filter((type) => keys.has(type));
  const value = JSON.stringify(types[0]);
  return part && types.length === 1
    ? [lineFix({ kind: 'insertKey', key: 'type', value }, true, insertFirst(line, part, 'type', value))]
    : [];
}

/** Corrects the media type of a data URL. */
function mediaTypeFix(line: string, node: Node | undefined, stated: string, meant: string): LineFix[] {
  const start = (node?.offset ?? 0) + '"data:'.length;
  return node && line.startsWith(`"data:${stated}`, node.offset)
    ? [lineFix({ kind: 'setValue', value: meant }, true, { start, end: start + stated.length, text: meant })]
    : [];
}

/** Removes the part of the image whose address the node is. */
function removeImageFix(line: string, node: Node | undefined): LineFix[] {
  const part = node?.parent?.parent?.parent?.parent;
  return part?.type === 'object' && part.parent?.type === 'array'
    ? [lineFix({ kind: 'removePart' }, false, removeMember(line, part))]
    : [];
}

/** The type that another API's part type, or a slip, stands for; its text must be where that type has it. */
function partTypeFix(node: Node | undefined, type: string): LineFix[] {
  const part = node?.parent?.parent;
  const has = (key: string): boolean => part?.children?.some((item) => item.children?.[0]?.value === key) === true;
  const synonyms: Readonly<Record<string, string>> = {
    input_text: 'text',
    output_text: 'text',
    image: 'image_url',
    input_image: 'image_url',
  };
  const meant = synonyms[type] ?? nearest(type, ['text', 'image_url', 'refusal']);
  return meant !== undefined && has(meant) ? setValueFix(node, JSON.stringify(meant)) : [];
}
