import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import { isRole, messageKeys, messageName, nearestMessageKey, nearestRole, type Role } from '../vocabulary.ts';
import { checkContent } from './content.ts';
import type { Findings } from './findings.ts';
import { checkFunctionCall, checkToolCalls } from './toolCalls.ts';

type Message = Readonly<Record<string, unknown>>;

/** The rules of one message, seen by itself. */
export function checkMessage(message: Message, index: number, findings: Findings): void {
  const role = checkRole(message, index, findings);
  for (const key in message) {
    if (key !== 'role' && key !== 'content') {
      checkKey(message, key, role, index, findings);
    }
  }
  const content = message['content'];
  if (content === undefined || content === null) {
    checkAbsentContent(message, role, index, findings);
  } else {
    checkContent(content, role, hasCalls(message), ['messages', index, 'content'], findings);
  }
  if (role === 'function' && message['name'] === undefined) {
    findings.add({ code: 'message.name.missing' }, ['messages', index]);
  }
  if (role === 'tool' && (message['tool_call_id'] === undefined || message['tool_call_id'] === null)) {
    findings.add({ code: 'toolAnswer.callId.missing' }, ['messages', index]);
  }
}

function checkRole(message: Message, index: number, findings: Findings): Role | undefined {
  const role = message['role'];
  if (isRole(role)) {
    return role;
  }
  if (role === undefined) {
    findings.add({ code: 'message.role.missing', near: keyMeaning(message, 'role') }, ['messages', index]);
    return undefined;
  }
  const path = ['messages', index, 'role'];
  if (role === 'developer') {
    findings.add({ code: 'message.role.developer' }, path);
    return 'system';
  }
  if (typeof role === 'string') {
    findings.add({ code: 'message.role.unknown', role, near: nearestRole(role) }, path);
  } else {
    findings.add({ code: 'message.role.wrongType', type: jsonTypeOf(role) }, path);
  }
  return undefined;
}

function checkKey(message: Message, key: string, role: Role | undefined, index: number, findings: Findings): void {
  const value = message[key];
  const path = ['messages', index, key];
  if (key === 'weight' && role === 'assistant') {
    if (value !== 0 && value !== 1) {
      findings.add({ code: 'message.weight.invalid', value: brief(value) }, path);
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
  checkKnownKey(key, value, path, findings);
}

function checkKnownKey(key: string, value: unknown, path: readonly (string | number)[], findings: Findings): void {
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
      }
      break;
    case 'tool_call_id':
      if (value !== null && typeof value !== 'string') {
        findings.add({ code: 'toolAnswer.callId.wrongType', type: jsonTypeOf(value) }, path);
      }
      break;
    case 'tool_calls':
      checkToolCalls(value, path, findings);
      break;
    case 'function_call':
      if (value !== null) {
        checkFunctionCall(value, path, findings);
      }
      break;
    default:
  }
}

function checkAbsentContent(message: Message, role: Role | undefined, index: number, findings: Findings): void {
  const isNull = message['content'] === null;
  if (role === 'assistant') {
    if (!hasCalls(message) && typeof message['refusal'] !== 'string' && !isRecord(message['audio'])) {
      findings.add({ code: 'message.empty' }, ['messages', index]);
    }
  } else if (role !== undefined && !(role === 'function' && isNull)) {
    if (isNull) {
      findings.add({ code: 'message.content.null', role }, ['messages', index, 'content']);
    } else {
      findings.add({ code: 'message.content.missing', role }, ['messages', index]);
    }
  }
}

/** True if the message calls a tool or function, in whatever shape. */
function hasCalls(message: Message): boolean {
  const calls = message['tool_calls'];
  const call = message['function_call'];
  return (calls !== undefined && calls !== null && !isEmptyArray(calls)) || (call !== undefined && call !== null);
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** The first unknown key of a message that most likely stands for the given one. */
function keyMeaning(message: Message, meant: string): string | undefined {
  return Object.keys(message).find((key) => !messageKeys.has(key) && nearestMessageKey(key) === meant);
}
