import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import type { Role } from '../vocabulary.ts';
import type { Findings } from './findings.ts';
import { checkImage } from './image.ts';

/** The rules of a message's content that is there. */
export function checkContent(
  content: unknown,
  role: Role | undefined,
  hasCalls: boolean,
  path: JsonPath,
  findings: Findings,
): void {
  if (typeof content === 'string') {
    checkText(content, role, hasCalls, path, findings);
  } else if (!Array.isArray(content) || role === 'function') {
    findings.add({ code: 'message.content.wrongType', type: jsonTypeOf(content) }, path);
  } else if (content.length === 0) {
    findings.add({ code: 'content.parts.empty' }, path);
  } else {
    content.forEach((part: unknown, index) => checkPart(part, role, content.length, [...path, index], findings));
  }
}

function checkText(text: string, role: Role | undefined, hasCalls: boolean, path: JsonPath, findings: Findings): void {
  const assistant = role === 'assistant';
  // Beside calls, and as the answer of a tool, an empty text is usual and harmless.
  const mayBeEmpty = role === 'tool' || role === 'function' || (assistant && hasCalls);
  if (hasPlainEnds(text)) {
    return;
  }
  const trimmed = text.trim();
  if (trimmed === '') {
    if (!mayBeEmpty && role !== undefined) {
      findings.add({ code: 'message.content.empty', role }, path);
    }
  } else if (assistant && trimmed.length !== text.length) {
    findings.add({ code: 'message.content.surroundingSpace' }, path);
  }
}

/** False for a text that is empty or may start or end with white space. */
export function hasPlainEnds(text: string): boolean {
  return text.length > 0 && !isEdgeSpace(text.charCodeAt(0)) && !isEdgeSpace(text.charCodeAt(text.length - 1));
}

function isEdgeSpace(unit: number): boolean {
  return unit <= 32 || unit >= 128;
}

const unsupportedParts: ReadonlySet<string> = new Set(['input_audio', 'file']);
const knownParts: ReadonlySet<string> = new Set(['text', 'image_url', 'refusal']);

function checkPart(part: unknown, role: Role | undefined, parts: number, path: JsonPath, findings: Findings): void {
  if (!isRecord(part)) {
    findings.add({ code: 'content.part.wrongType', type: jsonTypeOf(part) }, path);
    return;
  }
  const type = part['type'];
  if (type === undefined) {
    findings.add({ code: 'content.part.type.missing' }, path);
  } else if (typeof type !== 'string' || !(knownParts.has(type) || unsupportedParts.has(type))) {
    findings.add({ code: 'content.part.type.unknown', type: brief(type) }, [...path, 'type']);
  } else if (unsupportedParts.has(type)) {
    findings.add({ code: 'content.part.type.unsupported', type }, [...path, 'type']);
  } else if (role !== undefined && !isAllowed(type, role)) {
    findings.add({ code: 'content.part.type.notAllowed', type, role }, [...path, 'type']);
  } else if (type === 'image_url') {
    checkImage(part['image_url'], path, findings);
  } else {
    checkPartText(part, type, parts, path, findings);
  }
}

function isAllowed(type: string, role: Role): boolean {
  return type === 'text' || (type === 'image_url' && role === 'user') || (type === 'refusal' && role === 'assistant');
}

function checkPartText(
  part: Readonly<Record<string, unknown>>,
  key: string,
  parts: number,
  path: JsonPath,
  findings: Findings,
): void {
  const text = part[key];
  if (typeof text !== 'string') {
    const type = text === undefined ? undefined : jsonTypeOf(text);
    findings.add({ code: 'content.part.text.invalid', key, type }, text === undefined ? path : [...path, key]);
  } else if (key === 'refusal' && parts > 1) {
    findings.add({ code: 'content.part.refusal.notAlone' }, [...path, 'type']);
  }
}

/** Number of images in a message's content. */
export function imagesIn(content: unknown): number {
  let images = 0;
  if (Array.isArray(content)) {
    for (const part of content as readonly unknown[]) {
      images += isRecord(part) && part['type'] === 'image_url' ? 1 : 0;
    }
  }
  return images;
}
