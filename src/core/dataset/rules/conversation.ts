import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { jsonTypeOf } from '../jsonType.ts';
import { isRole } from '../vocabulary.ts';
import { imagesIn } from './content.ts';
import type { DeclaredTools } from './tools.ts';
import { checkMessage, isPlain, type MessageKind } from './message.ts';
import type { Findings } from './findings.ts';
import { ToolCallLedger } from './toolCallLedger.ts';

/** What the messages of an example are, as far as rules of the whole example need it. */
export type Conversation = {
  readonly messages: readonly unknown[];
  readonly path: JsonPath;
  readonly assistants: number;
  /** Answers whose weight is not 0. */
  readonly trained: number;
  readonly users: number;
  readonly images: number;
  /** A message has no role that we know, so it may be any. */
  readonly unclear: boolean;
  readonly lastRole: unknown;
};

/** The rules of the array of messages at `path`; undefined if it is none or holds nothing. */
export function checkConversation(
  messages: unknown,
  path: JsonPath,
  kind: MessageKind,
  declared: DeclaredTools,
  findings: Findings,
): Conversation | undefined {
  if (!Array.isArray(messages)) {
    findings.add({ code: 'example.messages.wrongType', type: jsonTypeOf(messages) }, path);
    return undefined;
  }
  if (messages.length === 0) {
    findings.add({ code: 'example.messages.empty' }, path);
    return undefined;
  }
  return checkMessages(messages, path, kind, declared, findings);
}

function checkMessages(
  messages: readonly unknown[],
  path: JsonPath,
  kind: MessageKind,
  declared: DeclaredTools,
  findings: Findings,
): Conversation {
  const calls = new ToolCallLedger(declared, path, findings);
  let assistants = 0;
  let trained = 0;
  let users = 0;
  let systems = 0;
  let images = 0;
  let unclear = false;
  let before: unknown;
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index];
    if (!isRecord(message)) {
      findings.add({ code: 'message.wrongType', type: jsonTypeOf(message) }, [...path, index]);
      unclear = true;
      before = undefined;
      continue;
    }
    const role = message['role'];
    if (!isPlain(message, kind)) {
      checkMessage(message, [...path, index], kind, declared, findings);
      images += imagesIn(message['content']);
    }
    switch (role) {
      case 'assistant':
        assistants += 1;
        trained += message['weight'] === 0 ? 0 : 1;
        break;
      case 'user':
        users += 1;
        break;
      case 'system':
      case 'developer':
        systems += 1;
        if (index > 0) {
          findings.add({ code: 'example.system.position', repeated: systems > 1 }, [...path, index, 'role']);
        }
        break;
      default:
        unclear ||= !isRole(role);
    }
    if (role === before && (role === 'user' || role === 'assistant')) {
      findings.add({ code: 'example.roles.repeated', role }, [...path, index, 'role']);
    }
    before = role;
    calls.follow(message, index);
  }
  const last = messages.at(-1);
  const lastRole = isRecord(last) ? last['role'] : undefined;
  checkImages(images, path, findings);
  if (users === 0 && !unclear) {
    findings.add({ code: 'example.user.missing' }, path, 'key');
  }
  return { messages, path, assistants, trained, users, images, unclear, lastRole };
}

function checkImages(images: number, path: JsonPath, findings: Findings): void {
  const limits = findings.profile.images;
  if (limits && images > limits.perExample) {
    findings.add({ code: 'example.images.tooMany', images, maximum: limits.perExample }, path, 'key');
  }
}
