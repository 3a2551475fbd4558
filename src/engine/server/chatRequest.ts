import type { ChatMessage, ChatRole } from '../../core/providers/wire.ts';
import { badField } from './apiError.ts';
import { booleanField, field, numberField, objectField, requiredString, stringField } from './fields.ts';
import type { JsonObject } from './jsonBody.ts';
import { limits } from './limits.ts';

export type ChatRequest = {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
};

const roles: ReadonlySet<string> = new Set<ChatRole>(['system', 'developer', 'user', 'assistant', 'tool']);

/**
 * Checks the body of a chat request. What this engine cannot do is refused; fields that only tell about the request
 * (`user`, `metadata`, `store`, …) are passed over.
 * @throws ApiError 400 that names the field
 */
export function parseChatRequest(body: JsonObject): ChatRequest {
  refuseUnsupported(body);
  const stream = booleanField(body, 'stream') ?? false;
  const options = objectField(body, 'stream_options');
  if (options !== undefined && !stream) {
    throw badField('stream_options', "'stream_options' is only allowed when 'stream' is true.", 'invalid_value');
  }
  const tokens = { min: 1, max: 1_000_000, integer: true };
  const legacyTokens = numberField(body, 'max_tokens', tokens);
  return {
    model: requiredString(body, 'model'),
    messages: messagesOf(body),
    temperature: numberField(body, 'temperature', { min: 0, max: 2 }) ?? 1,
    topP: numberField(body, 'top_p', { min: 0, max: 1 }) ?? 1,
    maxTokens: numberField(body, 'max_completion_tokens', tokens) ?? legacyTokens ?? null,
    seed: numberField(body, 'seed', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, integer: true }) ?? null,
    stop: stopOf(body),
    stream,
    includeUsage: options === undefined ? false : (booleanField(options, 'include_usage', 'stream_options.include_usage') ?? false),
  };
}

function refuseUnsupported(body: JsonObject): void {
  const refuse = (name: string, why: string): never => {
    throw badField(name, `Unsupported '${name}': ${why}`, 'unsupported_value');
  };
  if ((numberField(body, 'n', { min: 1, max: 128, integer: true }) ?? 1) !== 1) {
    refuse('n', 'one answer is given to a request.');
  }
  for (const name of ['presence_penalty', 'frequency_penalty']) {
    if ((numberField(body, name, { min: -2, max: 2 }) ?? 0) !== 0) {
      refuse(name, 'only 0 is available for this model.');
    }
  }
  for (const name of ['tools', 'functions', 'logit_bias', 'audio', 'prediction', 'web_search_options']) {
    const value = field(body, name);
    if (value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)) {
      refuse(name, 'this model only writes text.');
    }
  }
  if (booleanField(body, 'logprobs') === true) {
    refuse('logprobs', 'they are not available for this model.');
  }
  const format = objectField(body, 'response_format');
  if (format !== undefined && field(format, 'type') !== 'text') {
    refuse('response_format', "only the type 'text' is available for this model.");
  }
}

function messagesOf(body: JsonObject): readonly ChatMessage[] {
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

function messageOf(message: unknown, path: string): ChatMessage {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw badField(path, `Invalid type for '${path}': expected an object.`, 'invalid_type');
  }
  const fields = message as JsonObject;
  const role = requiredString(fields, 'role', `${path}.role`);
  if (!roles.has(role)) {
    const known = [...roles].map((name) => `'${name}'`).join(', ');
    throw badField(`${path}.role`, `Invalid '${path}.role': it must be one of ${known}.`, 'invalid_value');
  }
  return { role: role as ChatRole, content: contentOf(fields, `${path}.content`) };
}

/** Text, or parts that are all text. */
function contentOf(message: JsonObject, path: string): string {
  const content = field(message, 'content');
  if (!Array.isArray(content)) {
    const text = stringField(message, 'content', path);
    if (text === undefined) {
      throw badField(path, `Missing required parameter: '${path}'.`, 'missing_required_parameter');
    }
    return text;
  }
  return content
    .map((part: unknown, index) => {
      const place = `${path}[${index}]`;
      if (typeof part !== 'object' || part === null || (part as JsonObject)['type'] !== 'text') {
        throw badField(place, `Unsupported '${place}': this model reads only parts of the type 'text'.`, 'unsupported_value');
      }
      return stringField(part as JsonObject, 'text', `${place}.text`) ?? '';
    })
    .join('');
}

function stopOf(body: JsonObject): readonly string[] {
  const stop = field(body, 'stop');
  const list = stop === undefined ? [] : Array.isArray(stop) ? stop : [stop];
  if (list.length > 4 || !list.every((text) => typeof text === 'string' && text !== '' && text.length <= 256)) {
    throw badField('stop', "Invalid 'stop': expected a text or up to 4 texts of 1 to 256 characters.", 'invalid_value');
  }
  return list;
}
