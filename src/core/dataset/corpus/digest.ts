import { isRecord, type Format } from '../format.ts';
import { combine, hashOf, hashOfText } from './hash.ts';

type Json = Readonly<Record<string, unknown>>;

/** What of an example is compared with other examples. Hashes are of 53 bits; 0 where there is nothing. */
export type Digest = {
  readonly format: Format | undefined;
  /** Of all that it holds. */
  readonly whole: number;
  /** Of what is asked, and of what the model is to learn for it. */
  readonly prompt: number;
  readonly answer: number;
  /** Length of the answer's text in UTF-16 units: a short one is a label. */
  readonly answerLength: number;
  readonly system: string | undefined;
  /** Length of all texts, the system message among them. */
  readonly characters: number;
  /** Texts but for the system message. */
  readonly texts: readonly string[];
};

/** Keys whose texts are no content. */
const technical: ReadonlySet<string> = new Set(['role', 'type', 'id', 'tool_call_id', 'tools', 'functions', 'weight', 'name']);

/** Digest of a parsed example; undefined if it is nested too deep. */
export function digestOf(example: Json, format: Format | undefined): Digest | undefined {
  const known = new Map<object, number>();
  const whole = hashOf(example, known);
  if (whole === undefined) {
    return undefined;
  }
  const messages = messagesOf(example, format);
  const system = systemOf(messages);
  const texts: string[] = [];
  gather(example, texts, 0);
  const { prompt, answer, answerLength } = turns(example, format, messages, (value) => hashOf(value, known) ?? hashOfText(''));
  const characters = texts.reduce((sum, text) => sum + text.length, system?.length ?? 0);
  return { format, whole, prompt, answer, answerLength, system, characters, texts };
}

type Turns = { readonly prompt: number; readonly answer: number; readonly answerLength: number };
const noTurns: Turns = { prompt: 0, answer: 0, answerLength: 0 };

/** `hash` is for values that are known not to be nested too deep. */
function turns(example: Json, format: Format | undefined, messages: readonly unknown[], hash: (value: unknown) => number): Turns {
  switch (format) {
    case 'chat': {
      const last = messages.at(-1);
      if (!isRecord(last) || last['role'] !== 'assistant' || messages.length < 2) {
        return noTurns;
      }
      // What a call of a tool is named by does not count as its content.
      const said = [last['content'] ?? null, last['tool_calls'] === undefined ? null : callsOf(last['tool_calls'])];
      return { prompt: hash([...messages.slice(0, -1), example['tools'] ?? null]), answer: hash(said), answerLength: lengthOf(said) };
    }
    case 'preference': {
      // Two examples contradict each other if they prefer the same two answers the other way round.
      const preferred = hash(example['preferred_output']);
      const other = hash(example['non_preferred_output']);
      const pair = combine(Math.min(preferred, other), Math.max(preferred, other));
      return { prompt: combine(hash(example['input']), pair), answer: preferred, answerLength: 0 };
    }
    case 'reinforcement': {
      const { messages: _, tools: __, ...reference } = example;
      return { prompt: hash([messages, example['tools'] ?? null]), answer: hash(reference), answerLength: lengthOf(reference) };
    }
    case 'completion':
      return { prompt: hash(example['prompt']), answer: hash(example['completion']), answerLength: lengthOf(example['completion']) };
    default:
      return noTurns;
  }
}

function messagesOf(example: Json, format: Format | undefined): readonly unknown[] {
  const input = format === 'preference' ? example['input'] : example;
  const messages = isRecord(input) ? input['messages'] : undefined;
  return Array.isArray(messages) ? messages : [];
}

function systemOf(messages: readonly unknown[]): string | undefined {
  const [first] = messages;
  return isRecord(first) && isSystem(first) && typeof first['content'] === 'string' ? first['content'] : undefined;
}

function isSystem(message: Json): boolean {
  return message['role'] === 'system' || message['role'] === 'developer';
}

function callsOf(calls: unknown): unknown {
  return Array.isArray(calls) ? calls.map((call: unknown) => (isRecord(call) ? call['function'] : call)) : calls;
}

/** Strings and numbers that are content, in order. */
function gather(value: unknown, texts: string[], depth: number): void {
  if (typeof value === 'string') {
    if (!value.startsWith('data:')) {
      texts.push(value);
    }
  } else if (typeof value === 'number') {
    texts.push(String(value));
  } else if (Array.isArray(value)) {
    for (const item of value) {
      gather(item, texts, depth + 1);
    }
  } else if (isRecord(value) && !(depth > 0 && isSystem(value))) {
    for (const key in value) {
      if (!technical.has(key) || (key === 'name' && depth > 3)) {
        gather(value[key], texts, depth + 1);
      }
    }
  }
}

function lengthOf(value: unknown): number {
  const texts: string[] = [];
  gather(value, texts, 1);
  return texts.reduce((sum, text) => sum + text.length, 0);
}
