import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import { isRole, messageKeys, messageName, nearestMessageKey, nearestRole, type Role } from '../vocabulary.ts';
import { checkContent, hasPlainEnds } from './content.ts';
import type { JsonPath } from '../../jsonl/tree.ts';
import type { Findings } from './findings.ts';
import { checkFunctionCall, checkToolCalls } from './toolCalls.ts';
import type { DeclaredTools } from './tools.ts';

type Message = Readonly<Record<string, unknown>>;

/** What kind of example a message stands in. */
export type MessageKind = 'chat' | 'preference' | 'reinforcement';

/** True for a message that is nothing but a usual role and a text with nothing odd at its ends: most of them are. */
export function isPlain(message: Message, kind: MessageKind): boolean {
  const { role, content } = message;
  const usual = role === 'user' || role === 'assistant' || (role === 'system' && kind !== 'reinforcement');
  if (!usual || typeof content !== 'string' || !hasPlainEnds(content)) {
    return false;
  }
  let keys = 0;
  for (const _key in message) {
    keys += 1;
  }
  return keys === 2;
}

/** The rules of one message, seen by itself. */
export function checkMessage(
  message: Message,
  path: JsonPath,
  kind: MessageKind,
  declared: DeclaredTools,
  findings: Findings,
): void {
  const role = checkRole(message, path, kind, findings);
  for (const key in message) {
    if (key !== 'role' && key !== 'content') {
      checkKey({ message, key, role, path: [...path, key], declared }, findings);
    }
  }
  const content = message['content'];
  if (content === undefined || content === null) {
    checkAbsentContent(message, role, path, findings);
  } else {
    checkContent(content, role, hasCalls(message), [...path, 'content'], findings);
  }
  if (role === 'function' && message['name'] === undefined) {
    findings.add({ code: 'message.name.missing' }, path);
  }
  if (role === 'tool' && (message['tool_call_id'] === undefined || message['tool_call_id'] === null)) {
    findings.add({ code: 'toolAnswer.callId.missing' }, path);
  }
  if (isPresent(message['tool_calls']) && isPresent(message['function_call'])) {
    findings.add({ code: 'functionCall.besideToolCalls' }, [...path, 'function_call'], 'key');
  }
}

function checkRole(message: Message, at: JsonPath, kind: MessageKind, findings: Findings): Role | undefined {
  const role = message['role'];
  if (isRole(role)) {
    if (kind === 'reinforcement' && (role === 'system' || role === 'function')) {
      findings.add({ code: 'reinforcement.role.notAllowed', role }, [...at, 'role']);
    }
    return role;
  }
  if (role === undefined) {
    findings.add({ code: 'message.role.missing', near: keyMeaning(message, 'role') }, at);
    return undefined;
  }
  const path = [...at, 'role'];
  if (role === 'developer') {
    if (kind !== 'reinforcement') {
      findings.add({ code: 'message.role.developer' }, path);
    }
    return 'system';
  }
  if (typeof role === 'string') {
    findings.add({ code: 'message.role.unknown', role, near: nearestRole(role) }, path);
  } else {
    findings.add({ code: 'message.role.wrongType', type: jsonTypeOf(role) }, path);
  }
  return undefined;
}

function checkKey(
  { message, key, role, path, declared }: {
    readonly message: Message;
    readonly key: string;
    readonly role: Role | undefined;
    readonly path: JsonPath;
    readonly declared: DeclaredTools;
  },
  findings: Findings,
): void {
  const value = message[key];
  if (key === 'weight' && role === 'assistant') {
    if (value !== 0 && value !== 1) {
      findings.add({ code: 'message.weight.invalid', value: brief(value) }, path);
    } else {
      findings.add({ code: 'message.weight.ignored' }, path, 'key');
    }
    return;
  }
  if (key === 'weight' && role !== undefined) {
    findings.add({ code: 'message.weight.misplaced', role }, path, 'key');
    return;
  }
  const owner = messageKeys.get(key);
  if (owner === undefined && !messageKeys.has(key)) {
    const near = nearestMessageKey(key);
    // A key that stands for the missing role is told with the missing role.
    if (near !== 'role' || message['role'] !== undefined || keyMeaning(message, 'role') !== key) {
      findings.add({ code: 'message.key.unknown', key, near: message[near ?? ''] === undefined ? near : undefined }, path, 'key');
    }
    return;
  }
  if (owner !== undefined && role !== undefined && owner !== role) {
    if (value !== null) {
      findings.add({ code: 'message.key.misplaced', key, role, owner }, path, 'key');
    }
    return;
  }
  checkKnownKey(key, value, role, path, declared, findings);
}

function checkKnownKey(
  key: string,
  value: unknown,
  role: Role | undefined,
  path: JsonPath,
  declared: DeclaredTools,
  findings: Findings,
): void {
  if (value === null && (key === 'name' || key === 'tool_calls')) {
    findings.add({ code: 'message.key.null', key }, path, 'property');
    return;
  }
  switch (key) {
    case 'name':
      if (typeof value !== 'string') {
        findings.add({ code: 'message.name.wrongType', type: jsonTypeOf(value) }, path);
      } else if (!messageName.test(value)) {
        findings.add({ code: 'message.name.invalid', name: brief(value) }, path);
      } else if (role !== 'function') {
        findings.add({ code: 'message.name.ignored' }, path, 'key');
      }
      break;
    case 'tool_call_id':
      if (value !== null && typeof value !== 'string') {
        findings.add({ code: 'toolAnswer.callId.wrongType', type: jsonTypeOf(value) }, path);
      }
      break;
    case 'tool_calls':
      checkToolCalls(value, path, declared, findings);
      break;
    case 'function_call':
      if (value !== null) {
        checkFunctionCall(value, path, declared, findings);
      }
      break;
    default:
  }
}

function checkAbsentContent(message: Message, role: Role | undefined, path: JsonPath, findings: Findings): void {
  const isNull = message['content'] === null;
  if (role === 'assistant') {
    if (!hasCalls(message) && typeof message['refusal'] !== 'string' && !isRecord(message['audio'])) {
      findings.add({ code: 'message.empty' }, path);
    }
  } else if (role !== undefined && !(role === 'function' && isNull)) {
    if (isNull) {
      findings.add({ code: 'message.content.null', role }, [...path, 'content']);
    } else {
      findings.add({ code: 'message.content.missing', role }, path);
    }
  }
}

/** True if the message calls a tool or function, in whatever shape. */
function hasCalls(message: Message): boolean {
  const calls = message['tool_calls'];
  return (isPresent(calls) && !isEmptyArray(calls)) || isPresent(message['function_call']);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** The first unknown key of a message that most likely stands for the given one. */
function keyMeaning(message: Message, meant: string): string | undefined {
  return Object.keys(message).find((key) => !messageKeys.has(key) && nearestMessageKey(key) === meant);
}
