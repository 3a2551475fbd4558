/**
 * What makes the service refuse a line of a supervised chat file, in its own words. The engine trains on text alone,
 * so it also refuses what it could only drop silently.
 */
const exampleKeys = new Set(['messages', 'tools', 'parallel_tool_calls', 'functions']);
const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export type ExampleFault = { readonly code: string; readonly message: string };

type Json = Readonly<Record<string, unknown>>;

/** The fault of one parsed line, or undefined. `example` counts lines of the file from 1. */
export function exampleFault(value: unknown, example: number): ExampleFault | undefined {
  if (!isObject(value)) {
    return invalid(`Example ${example} is not a JSON object.`);
  }
  if (!Object.hasOwn(value, 'messages')) {
    if (Object.hasOwn(value, 'input') || Object.hasOwn(value, 'prompt')) {
      const format = Object.hasOwn(value, 'input') ? 'fine-tune-preference' : 'fine-tune-completion';
      return invalid(
        `Example ${example} is in the ${format} format, but the specified fine-tuning job is not using it ` +
          '(provided method=supervised, which needs chat messages).',
      );
    }
    return invalid(`Example ${example} is missing key 'messages'.`);
  }
  const extra = Object.keys(value).find((key) => !exampleKeys.has(key));
  if (extra !== undefined) {
    return {
      code: 'invalid_file_format',
      message: `Invalid file format. Example ${example} contains an extra ${JSON.stringify(extra.slice(0, 80))}.`,
    };
  }
  const messages = value['messages'];
  if (!Array.isArray(messages) || messages.length === 0) {
    return invalid(`Example ${example}: 'messages' must be a non-empty array.`);
  }
  return messagesFault(messages, example);
}

function messagesFault(messages: readonly unknown[], example: number): ExampleFault | undefined {
  let trained = 0;
  let assistants = 0;
  for (const [index, message] of messages.entries()) {
    const place = `Example ${example}, message ${index + 1}`;
    if (!isObject(message)) {
      return invalid(`${place} is not a JSON object.`);
    }
    const role = message['role'];
    if (role === undefined) {
      return invalid(`${place} Discriminator 'role' is missing in value`);
    }
    if (typeof role !== 'string' || !roles.has(role)) {
      return invalid(`${place}: the role is none of ${[...roles].map((name) => `'${name}'`).join(', ')}.`);
    }
    const fault = contentFault(message, role, place) ?? weightFault(message, role, place);
    if (fault !== undefined) {
      return fault;
    }
    if (role === 'assistant') {
      assistants += 1;
      trained += message['weight'] === 0 ? 0 : 1;
    }
  }
  if (assistants === 0) {
    return invalid(`Example ${example} must have at least one message from the assistant.`);
  }
  if (trained === 0) {
    return invalid(`Example ${example}: every assistant message has weight 0, so there is nothing to learn.`);
  }
  const last = messages.at(-1);
  if (isObject(last) && last['role'] !== 'assistant') {
    return invalid(`Example ${example}: the last message must be from the assistant.`);
  }
  return undefined;
}

function contentFault(message: Json, role: string, place: string): ExampleFault | undefined {
  const content = message['content'];
  if (content === undefined || content === null) {
    const calls = Object.hasOwn(message, 'tool_calls') || Object.hasOwn(message, 'function_call');
    return (role === 'assistant' && calls) || role === 'function'
      ? undefined
      : invalid(`${place}: 'content' is missing.`);
  }
  if (typeof content === 'string') {
    return undefined;
  }
  if (!Array.isArray(content)) {
    return invalid(`${place}: 'content' must be a string or an array of parts.`);
  }
  for (const [index, part] of content.entries()) {
    if (!isObject(part)) {
      return invalid(`${place}: content part ${index + 1} is not a JSON object.`);
    }
    const type = part['type'];
    const key = type === 'refusal' && role === 'assistant' ? 'refusal' : 'text';
    if (type !== key || typeof part[key] !== 'string') {
      return invalid(`${place}: content part ${index + 1} is no text, and this model learns only from text.`);
    }
  }
  return undefined;
}

function weightFault(message: Json, role: string, place: string): ExampleFault | undefined {
  const weight = message['weight'];
  if (weight === undefined || (role === 'assistant' && (weight === 0 || weight === 1))) {
    return undefined;
  }
  return role === 'assistant'
    ? invalid(`${place}: 'weight' must be 0 or 1.`)
    : invalid(`${place}: only messages from the assistant may have a 'weight'.`);
}

function invalid(message: string): ExampleFault {
  return { code: 'invalid_training_file', message: `Invalid file format. ${message}` };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
