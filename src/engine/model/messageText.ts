import type { TemplateMessage } from './template.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The conversation of one line of a supervised chat file (already validated). Text parts are joined, a refusal is
 * text, an image reads "[image]"; calls of tools read as one line of JSON each, `{"name": ..., "arguments": ...}`.
 * The definitions in `tools` are left out: they would fill the context, and a chat does not repeat them.
 * An assistant message with weight 0 is context only.
 */
export function conversationOf(example: unknown): readonly TemplateMessage[] {
  const messages = isFields(example) ? example['messages'] : undefined;
  return Array.isArray(messages) ? messages.filter(isFields).map(toTemplateMessage) : [];
}

function toTemplateMessage(message: Fields): TemplateMessage {
  const role = typeof message['role'] === 'string' ? message['role'] : 'user';
  return {
    role,
    text: messageText(message),
    trained: role === 'assistant' && message['weight'] !== 0,
  };
}

/** What a model reads of one message. */
export function messageText(message: Fields): string {
  const lines = [contentText(message['content'] ?? message['refusal']), ...callTexts(message)];
  return lines.filter((line) => line !== '').join('\n');
}

function contentText(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  return Array.isArray(content) ? content.filter(isFields).map(partText).join('') : '';
}

function partText(part: Fields): string {
  const text = part['text'] ?? part['refusal'];
  if (typeof text === 'string') {
    return text;
  }
  return part['type'] === 'image_url' ? '[image]' : '';
}

function callTexts(message: Fields): string[] {
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'].filter(isFields) : [];
  const functions = [...calls.map((call) => call['function']), message['function_call']].filter(isFields);
  return functions.map(({ name, arguments: given }) => `{"name": ${JSON.stringify(name)}, "arguments": ${String(given)}}`);
}
