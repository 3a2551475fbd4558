import { chatKeys, isRecord } from '../format.ts';
import { jsonTypeOf } from '../jsonType.ts';
import { isRole, meansMessages, type Role } from '../vocabulary.ts';
import type { Findings } from './findings.ts';
import { checkMessage } from './message.ts';
import { ToolCallLedger } from './toolCallLedger.ts';
import { checkFunctions, checkTools } from './tools.ts';

/**
 * The rules of one supervised chat example.
 * Source: FineTuneChatRequestInput of openai-openapi (2025-07) and error messages of the service.
 */
export function checkChatExample(example: Readonly<Record<string, unknown>>, findings: Findings): void {
  const near = checkKeys(example, findings);
  const messages = example['messages'];
  const tools = example['tools'];
  const functions = example['functions'];
  const declared = new Set<string>();
  if (tools !== undefined) {
    checkTools(tools, declared, findings);
  }
  if (functions !== undefined) {
    checkFunctions(functions, findings);
  }
  const parallel = example['parallel_tool_calls'];
  if (parallel !== undefined && typeof parallel !== 'boolean') {
    findings.add({ code: 'example.parallelToolCalls.wrongType', type: jsonTypeOf(parallel) }, ['parallel_tool_calls']);
  }
  if (messages === undefined) {
    findings.add({ code: 'example.messages.missing', near }, near === undefined ? [] : [near], 'key');
  } else if (!Array.isArray(messages)) {
    findings.add({ code: 'example.messages.wrongType', type: jsonTypeOf(messages) }, ['messages']);
  } else if (messages.length === 0) {
    findings.add({ code: 'example.messages.empty' }, ['messages']);
  } else {
    checkMessages(messages, declared, findings);
  }
}

/** Marks unknown keys; gives back the one that most likely stands for missing `messages`. */
function checkKeys(example: Readonly<Record<string, unknown>>, findings: Findings): string | undefined {
  let near: string | undefined;
  for (const key in example) {
    if (!chatKeys.has(key)) {
      if (near === undefined && example['messages'] === undefined && meansMessages(key)) {
        near = key;
      } else {
        findings.add({ code: 'example.key.unknown', key }, [key], 'key');
      }
    }
  }
  return near;
}

function checkMessages(messages: readonly unknown[], declared: ReadonlySet<string>, findings: Findings): void {
  const calls = new ToolCallLedger(declared, findings);
  let assistants = 0;
  let trained = 0;
  let users = 0;
  let systems = 0;
  let unclear = false;
  let before: unknown;
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index];
    if (!isRecord(message)) {
      findings.add({ code: 'message.wrongType', type: jsonTypeOf(message) }, ['messages', index]);
      unclear = true;
      before = undefined;
      continue;
    }
    checkMessage(message, index, findings);
    const role = message['role'];
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
          findings.add({ code: 'example.system.position', repeated: systems > 1 }, ['messages', index, 'role']);
        }
        break;
      default:
        unclear ||= !isRole(role);
    }
    if (role === before && (role === 'user' || role === 'assistant')) {
      findings.add({ code: 'example.roles.repeated', role }, ['messages', index, 'role']);
    }
    before = role;
    calls.follow(message, index);
  }
  checkWhole({ messages, assistants, trained, users, unclear }, findings);
}

function checkWhole(
  seen: {
    readonly messages: readonly unknown[];
    readonly assistants: number;
    readonly trained: number;
    readonly users: number;
    /** A message has no role that we know, so it may be any. */
    readonly unclear: boolean;
  },
  findings: Findings,
): void {
  const { messages, assistants, trained, users, unclear } = seen;
  const last = messages.length - 1;
  const lastMessage = messages[last];
  const lastRole = isRecord(lastMessage) ? lastMessage['role'] : undefined;
  if (assistants === 0) {
    if (!unclear) {
      findings.add({ code: 'example.assistant.missing' }, ['messages'], 'key');
    }
  } else {
    if (lastRole !== 'assistant' && isKnownRole(lastRole)) {
      findings.add({ code: 'example.lastMessage.notAssistant', role: lastRole }, ['messages', last, 'role']);
    }
    if (trained === 0) {
      findings.add({ code: 'example.weights.allZero' }, ['messages'], 'key');
    }
  }
  if (users === 0 && !unclear) {
    findings.add({ code: 'example.user.missing' }, ['messages'], 'key');
  }
}

function isKnownRole(role: unknown): role is Role | 'developer' {
  return isRole(role) || role === 'developer';
}
