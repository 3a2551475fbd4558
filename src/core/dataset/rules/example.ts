import type { JsonPath } from '../../jsonl/tree.ts';
import { chatKeys } from '../format.ts';
import { jsonTypeOf } from '../jsonType.ts';
import { isRole, meansMessages } from '../vocabulary.ts';
import { checkConversation, type Conversation } from './conversation.ts';
import type { Findings } from './findings.ts';
import { checkFunctions, checkTools, type DeclaredTools } from './tools.ts';

/**
 * The rules of one supervised chat example.
 * Source: FineTuneChatRequestInput of openai-openapi (2025-07) and error messages of the service.
 */
export function checkChatExample(example: Readonly<Record<string, unknown>>, findings: Findings): void {
  const near = checkKeys(example, findings);
  let declared = declaredTools(example, [], findings);
  const functions = example['functions'];
  if (functions !== undefined) {
    const named = new Map(declared);
    checkFunctions(functions, named, findings);
    declared = named;
  }
  checkParallelCalls(example, [], findings);
  const messages = example['messages'];
  if (messages === undefined) {
    findings.add({ code: 'example.messages.missing', near }, near === undefined ? [] : [near], 'key');
    return;
  }
  const conversation = checkConversation(messages, ['messages'], 'chat', declared, findings);
  if (conversation) {
    checkAnswers(conversation, findings);
  }
}

/** The rules of the `tools` of the object at `path`; gives back what they declare. */
export function declaredTools(
  holder: Readonly<Record<string, unknown>>,
  path: JsonPath,
  findings: Findings,
): DeclaredTools {
  if (holder['tools'] === undefined) {
    return noTools;
  }
  const declared = new Map<string, unknown>();
  checkTools(holder['tools'], [...path, 'tools'], declared, findings);
  return declared;
}

const noTools: DeclaredTools = new Map();

export function checkParallelCalls(holder: Readonly<Record<string, unknown>>, path: JsonPath, findings: Findings): void {
  const parallel = holder['parallel_tool_calls'];
  if (parallel !== undefined && typeof parallel !== 'boolean') {
    findings.add({ code: 'example.parallelToolCalls.wrongType', type: jsonTypeOf(parallel) }, [...path, 'parallel_tool_calls']);
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

function checkAnswers({ messages, assistants, trained, unclear, lastRole }: Conversation, findings: Findings): void {
  if (assistants === 0) {
    if (!unclear) {
      findings.add({ code: 'example.assistant.missing' }, ['messages'], 'key');
    }
    return;
  }
  if (lastRole !== 'assistant' && (isRole(lastRole) || lastRole === 'developer')) {
    findings.add({ code: 'example.lastMessage.notAssistant', role: lastRole }, ['messages', messages.length - 1, 'role']);
  }
  if (trained === 0 && findings.profile.weight) {
    findings.add({ code: 'example.weights.allZero' }, ['messages'], 'key');
  }
}

