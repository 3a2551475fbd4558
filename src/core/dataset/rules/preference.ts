import type { JsonPath } from '../../jsonl/tree.ts';
import type { OutputKey } from '../codes/formatCodes.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import { meansMessages, outputSynonyms } from '../vocabulary.ts';
import { checkConversation } from './conversation.ts';
import { imagesIn } from './content.ts';
import { checkParallelCalls, declaredTools } from './example.ts';
import type { Findings } from './findings.ts';
import { checkMessage } from './message.ts';
import type { DeclaredTools } from './tools.ts';

type Json = Readonly<Record<string, unknown>>;

const keys: ReadonlySet<string> = new Set(['input', 'preferred_output', 'non_preferred_output']);
const inputKeys: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls']);
export const outputKeys: readonly OutputKey[] = ['preferred_output', 'non_preferred_output'];

/**
 * The rules of one preference pair.
 * Source: FineTunePreferenceRequestInput of openai-openapi (2025-07) and the guide to direct preference optimization.
 */
export function checkPreferenceExample(example: Json, findings: Findings): void {
  const renamed = checkKeys(example, findings);
  const input = example['input'];
  let declared: DeclaredTools = new Map();
  if (input === undefined) {
    findings.add({ code: 'preference.key.missing', key: 'input' }, []);
  } else if (!isRecord(input)) {
    findings.add({ code: 'preference.input.wrongType', type: jsonTypeOf(input) }, ['input']);
  } else {
    declared = checkInput(input, findings);
  }
  for (const key of outputKeys) {
    const output = example[key];
    if (output !== undefined) {
      checkOutput(output, key, declared, findings);
    } else if (!renamed.has(key)) {
      findings.add({ code: 'preference.key.missing', key }, []);
    }
  }
  checkDifference(example, findings);
}

/** Marks unknown keys and those of other formats; gives back what the latter stand for. */
function checkKeys(example: Json, findings: Findings): ReadonlySet<string> {
  const renamed = new Set<string>();
  for (const key in example) {
    if (!keys.has(key)) {
      const meant = outputSynonyms.get(key);
      if (meant !== undefined && example[meant] === undefined && !renamed.has(meant)) {
        renamed.add(meant);
        findings.add({ code: 'preference.key.renamed', key, meant }, [key], 'key');
      } else {
        findings.add({ code: 'example.key.unknown', key }, [key], 'key');
      }
    }
  }
  return renamed;
}

function checkInput(input: Json, findings: Findings): DeclaredTools {
  let near: string | undefined;
  for (const key in input) {
    if (!inputKeys.has(key)) {
      if (near === undefined && input['messages'] === undefined && meansMessages(key)) {
        near = key;
      } else {
        findings.add({ code: 'example.key.unknown', key }, ['input', key], 'key');
      }
    }
  }
  const declared = declaredTools(input, ['input'], findings);
  checkParallelCalls(input, ['input'], findings);
  const messages = input['messages'];
  if (messages === undefined) {
    findings.add({ code: 'example.messages.missing', near }, near === undefined ? ['input'] : ['input', near], near === undefined ? 'value' : 'key');
    return declared;
  }
  const path = ['input', 'messages'];
  const conversation = checkConversation(messages, path, 'preference', declared, findings);
  if (conversation) {
    conversation.messages.forEach((message, index) => checkText(message, [...path, index], findings));
    if (conversation.lastRole === 'assistant') {
      findings.add({ code: 'preference.input.endsWithAssistant' }, [...path, conversation.messages.length - 1, 'role']);
    }
  }
  return declared;
}

function checkOutput(output: unknown, key: OutputKey, declared: DeclaredTools, findings: Findings): void {
  if (!Array.isArray(output)) {
    findings.add({ code: 'preference.output.wrongType', key, type: jsonTypeOf(output) }, [key]);
    return;
  }
  const maximum = findings.profile.outputMessages;
  if (output.length === 0 || output.length > maximum) {
    findings.add({ code: 'preference.output.count', key, count: output.length, maximum }, [key]);
  }
  output.forEach((message: unknown, index) => checkOutputMessage(message, key, [key, index], declared, findings));
}

function checkOutputMessage(
  message: unknown,
  key: OutputKey,
  path: JsonPath,
  declared: DeclaredTools,
  findings: Findings,
): void {
  if (!isRecord(message)) {
    findings.add({ code: 'message.wrongType', type: jsonTypeOf(message) }, path);
    return;
  }
  const role = message['role'];
  // A role of a tool may stand in outputs of several messages.
  const several = findings.profile.outputMessages > 1;
  if (typeof role === 'string' && role !== 'assistant' && !(several && role === 'tool')) {
    findings.add({ code: 'preference.output.role', key, role: brief(role) }, [...path, 'role']);
    return;
  }
  checkMessage(message, path, 'preference', declared, findings);
  checkText(message, path, findings);
}

function checkText(message: unknown, path: JsonPath, findings: Findings): void {
  const content = isRecord(message) ? message['content'] : undefined;
  if (imagesIn(content) > 0 && Array.isArray(content)) {
    content.forEach((part: unknown, index) => {
      if (isRecord(part) && part['type'] === 'image_url') {
        findings.add({ code: 'preference.image' }, [...path, 'content', index, 'type']);
      }
    });
  }
}

function checkDifference(example: Json, findings: Findings): void {
  const preferred = example['preferred_output'];
  const other = example['non_preferred_output'];
  if (Array.isArray(preferred) && preferred.length > 0 && Array.isArray(other) && isSame(preferred, other)) {
    findings.add({ code: 'preference.outputs.equal' }, ['non_preferred_output'], 'key');
  }
}

/** True if two JSON values say the same. It goes no deeper than answers do: deeper values are taken for different. */
function isSame(one: unknown, other: unknown, depth = 0): boolean {
  if (one === other) {
    return true;
  }
  if (depth > 20) {
    return false;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index], depth + 1));
  }
  if (!isRecord(one) || !isRecord(other)) {
    return false;
  }
  const keysOfOne = Object.keys(one);
  return keysOfOne.length === Object.keys(other).length && keysOfOne.every((key) => isSame(one[key], other[key], depth + 1));
}
