import { isRecord } from '../dataset/format.ts';

/** Number of tokens of a text. */
export type CountText = (text: string) => number;

type Json = Readonly<Record<string, unknown>>;

const perMessage = 3;
const perName = 1;
const perExample = 3;
/** An image at low detail; at others it depends on its size, which an example does not tell. */
const lowDetailImage = 85;
const perFunction = 7;
const perProperties = 3;
const perProperty = 3;
const perEnum = -3;
const perEnumItem = 3;
const afterTools = 12;

/** Tokens of one message; those of an assistant's count in the loss unless its weight is 0. */
export type MessageTokens = { readonly role: string; readonly tokens: number; readonly trained: boolean };

/** `total` is more than that of the messages: an example has a frame, and may declare tools. */
export type ExampleTokens = {
  readonly total: number;
  readonly trained: number;
  readonly messages: readonly MessageTokens[];
};

/**
 * Tokens of one chat example as OpenAI's gpt-4o family counts them; null if it holds what cannot be counted, such as
 * an image of unknown size. `weight` costs nothing.
 * Source: OpenAI cookbook, "How to count tokens with tiktoken"; it gives the 51 prompt tokens of a documented run.
 */
export function chatExampleTokens(example: unknown, count: CountText): ExampleTokens | null {
  const list = isRecord(example) ? example['messages'] : undefined;
  if (!isRecord(example) || !Array.isArray(list)) {
    return null;
  }
  const messages: MessageTokens[] = [];
  for (const message of list as readonly unknown[]) {
    const tokens = isRecord(message) ? messageTokens(message, count) : null;
    if (tokens === null || !isRecord(message)) {
      return null;
    }
    const role = textOf(message['role']);
    messages.push({ role, tokens, trained: role === 'assistant' && message['weight'] !== 0 });
  }
  const tools = example['tools'];
  const frame = perExample + (Array.isArray(tools) && tools.length > 0 ? toolsTokens(tools, count) : 0);
  const sum = (counted: readonly MessageTokens[]): number => counted.reduce((total, { tokens }) => total + tokens, 0);
  return { total: frame + sum(messages), trained: sum(messages.filter(({ trained }) => trained)), messages };
}

function messageTokens(message: Json, count: CountText): number | null {
  let total = perMessage;
  for (const key in message) {
    const value = message[key];
    if (typeof value === 'string') {
      total += count(value) + (key === 'name' ? perName : 0);
    } else if (key === 'content' && Array.isArray(value)) {
      const parts = partsTokens(value, count);
      if (parts === null) {
        return null;
      }
      total += parts;
    } else if ((key === 'tool_calls' || key === 'function_call') && typeof value === 'object' && value !== null) {
      total += count(JSON.stringify(value));
    }
  }
  return total;
}

function partsTokens(parts: readonly unknown[], count: CountText): number | null {
  let total = 0;
  for (const part of parts) {
    const { text, refusal, image_url: image } = isRecord(part) ? part : {};
    if (typeof text === 'string') {
      total += count(text);
    } else if (typeof refusal === 'string') {
      total += count(refusal);
    } else if (isRecord(image) && image['detail'] === 'low') {
      total += lowDetailImage;
    } else {
      return null;
    }
  }
  return total;
}

function toolsTokens(tools: readonly unknown[], count: CountText): number {
  let total = afterTools;
  for (const tool of tools) {
    const declaration = isRecord(tool) ? tool['function'] : undefined;
    if (isRecord(declaration)) {
      total += perFunction + count(`${textOf(declaration['name'])}:${sentence(declaration['description'])}`);
      const parameters = declaration['parameters'];
      const properties = isRecord(parameters) ? parameters['properties'] : undefined;
      total += isRecord(properties) ? propertiesTokens(properties, count) : 0;
    }
  }
  return total;
}

function propertiesTokens(properties: Json, count: CountText): number {
  const names = Object.keys(properties);
  let total = names.length > 0 ? perProperties : 0;
  for (const name of names) {
    const property = properties[name];
    if (isRecord(property)) {
      total += perProperty + count(`${name}:${textOf(property['type'])}:${sentence(property['description'])}`);
      const allowed = property['enum'];
      if (Array.isArray(allowed)) {
        total += perEnum + allowed.reduce<number>((sum, item) => sum + perEnumItem + count(textOf(item)), 0);
      }
    }
  }
  return total;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

/** A description counts without the full stop at its end. */
function sentence(value: unknown): string {
  return textOf(value).replace(/\.$/, '');
}
