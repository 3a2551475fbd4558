import type { PromptMessage } from '../../protocol/training.ts';
import { messageText } from '../model/messageText.ts';
import { badField } from './apiError.ts';
import { booleanField, field, metadataField, numberField, objectField, requiredString, stringField } from './fields.ts';
import { parseChoices, parseSampling, parseStreaming, tokenCount, type GenerationRequest } from './generationRequest.ts';
import type { JsonObject } from './jsonBody.ts';
import { limits } from './limits.ts';

export type ChatRequest = GenerationRequest & {
  readonly messages: readonly PromptMessage[];
  readonly metadata: Readonly<Record<string, string>> | null;
};

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/**
 * Checks the body of a chat request. What this engine cannot do is refused; fields that only tell about the request
 * (`user`, `prompt_cache_key`, …) and those that nobody knows are passed over.
 * @throws ApiError 400 that names the field
 */
export function parseChatRequest(body: JsonObject): ChatRequest {
  refuseUnsupported(body);
  const legacyTokens = numberField(body, 'max_tokens', tokenCount);
  return {
    model: requiredString(body, 'model'),
    messages: messagesOf(body),
    choices: parseChoices(body),
    ...parseStreaming(body),
    metadata: metadataField(body),
    sampling: {
      ...parseSampling(body),
      maxTokens: numberField(body, 'max_completion_tokens', tokenCount) ?? legacyTokens ?? null,
      topLogprobs: topLogprobsOf(body),
    },
  };
}

function refuse(name: string, why: string): never {
  throw badField(name, `Unsupported '${name}': ${why}`, 'unsupported_value');
}

/** Fields with the values that ask for nothing this engine lacks. */
const harmless: Readonly<Record<string, readonly unknown[]>> = {
  tool_choice: ['none', 'auto'],
  function_call: ['none', 'auto'],
  verbosity: ['medium'],
  reasoning_effort: ['none'],
  service_tier: ['auto', 'default'],
  store: [false],
};

function refuseUnsupported(body: JsonObject): void {
  for (const name of ['tools', 'functions']) {
    const value = field(body, name);
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      refuse(name, 'this model only writes text.');
    }
  }
  for (const name of ['audio', 'prediction', 'moderation', 'web_search_options']) {
    if (field(body, name) !== undefined) {
      refuse(name, 'this model only reads and writes text.');
    }
  }
  for (const [name, values] of Object.entries(harmless)) {
    const value = field(body, name);
    if (value !== undefined && !values.includes(value)) {
      refuse(name, `only ${values.map((known) => JSON.stringify(known)).join(' or ')} is available for this model.`);
    }
  }
  const modalities = field(body, 'modalities');
  if (modalities !== undefined && !(Array.isArray(modalities) && modalities.every((modality) => modality === 'text'))) {
    refuse('modalities', 'this model only writes text.');
  }
  const format = objectField(body, 'response_format');
  if (format !== undefined && field(format, 'type') !== 'text') {
    refuse('response_format', "only the type 'text' is available for this model.");
  }
  booleanField(body, 'parallel_tool_calls');
}

function topLogprobsOf(body: JsonObject): number | null {
  const wanted = booleanField(body, 'logprobs') ?? false;
  const top = numberField(body, 'top_logprobs', { min: 0, max: 20, integer: true });
  if (!wanted && top !== undefined && top > 0) {
    throw badField('top_logprobs', "'top_logprobs' is only allowed when 'logprobs' is true.", 'invalid_value');
  }
  return wanted ? (top ?? 0) : null;
}

function messagesOf(body: JsonObject): readonly PromptMessage[] {
  const messages = field(body, 'messages');
  if (messages === undefined) {
    throw badField('messages', "Missing required parameter: 'messages'.", 'missing_required_parameter');
  }
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > limits.chatMessages) {
    const message = `Invalid 'messages': expected an array of 1 to ${limits.chatMessages} messages.`;
    throw badField('messages', message, 'invalid_value');
  }
  return messages.map((message: unknown, index) => messageOf(message, `messages[${index}]`));
}

function messageOf(message: unknown, path: string): PromptMessage {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw badField(path, `Invalid type for '${path}': expected an object.`, 'invalid_type');
  }
  const fields = message as JsonObject;
  const role = requiredString(fields, 'role', `${path}.role`);
  if (!roles.has(role)) {
    const known = [...roles].map((name) => `'${name}'`).join(', ');
    throw badField(`${path}.role`, `Invalid '${path}.role': it must be one of ${known}.`, 'invalid_value');
  }
  checkContent(fields, role, path);
  return { role, content: messageText(fields) };
}

/** Text, or parts that are all text; an assistant's message may be a refusal or calls of tools instead. */
function checkContent(message: JsonObject, role: string, path: string): void {
  const place = `${path}.content`;
  const content = field(message, 'content');
  const instead = role === 'assistant' && (stringField(message, 'refusal', `${path}.refusal`) !== undefined || hasCalls(message, path));
  if (content === undefined && !instead && role !== 'function') {
    throw badField(place, `Missing required parameter: '${place}'.`, 'missing_required_parameter');
  }
  if (!Array.isArray(content)) {
    stringField(message, 'content', place);
    return;
  }
  for (const [index, part] of content.entries()) {
    checkPart(part, role, `${place}[${index}]`);
  }
}

function checkPart(part: unknown, role: string, place: string): void {
  const type = typeof part === 'object' && part !== null ? (part as JsonObject)['type'] : undefined;
  if (type !== 'text' && !(type === 'refusal' && role === 'assistant')) {
    throw badField(place, `Unsupported '${place}': this model reads only parts of the type 'text'.`, 'unsupported_value');
  }
  if (stringField(part as JsonObject, type, `${place}.${type}`) === undefined) {
    throw badField(`${place}.${type}`, `Missing required parameter: '${place}.${type}'.`, 'missing_required_parameter');
  }
}

function hasCalls(message: JsonObject, path: string): boolean {
  const calls = field(message, 'tool_calls') ?? [];
  if (!Array.isArray(calls)) {
    throw badField(`${path}.tool_calls`, `Invalid type for '${path}.tool_calls': expected an array.`, 'invalid_type');
  }
  for (const [index, call] of calls.entries()) {
    const place = `${path}.tool_calls[${index}]`;
    const fields = typeof call === 'object' && call !== null ? (call as JsonObject) : {};
    checkFunction(objectField(fields, 'function', `${place}.function`), `${place}.function`);
  }
  const legacy = objectField(message, 'function_call', `${path}.function_call`);
  if (legacy !== undefined) {
    checkFunction(legacy, `${path}.function_call`);
  }
  return calls.length > 0 || legacy !== undefined;
}

function checkFunction(call: JsonObject | undefined, place: string): void {
  if (call === undefined) {
    throw badField(place, `Missing required parameter: '${place}'.`, 'missing_required_parameter');
  }
  requiredString(call, 'name', `${place}.name`);
  if (stringField(call, 'arguments', `${place}.arguments`) === undefined) {
    throw badField(`${place}.arguments`, `Missing required parameter: '${place}.arguments'.`, 'missing_required_parameter');
  }
}
