import { isRecord, type Format } from '../format.ts';
import { combine, emptyArray, hashOf, hashOfText } from './hash.ts';

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

/** How deep messages lie in an example. */
const messageDepth = 2;
/** Keys whose texts are no content. */
const technical: ReadonlySet<string> = new Set(['role', 'type', 'id', 'tool_call_id', 'tools', 'functions', 'weight', 'name']);

/** Digest of a parsed example; undefined if it is nested too deep. */
export function digestOf(example: Json, format: Format | undefined): Digest | undefined {
  const messages = messagesOf(example, format);
  const folds = foldsOf(messages);
  const whole = folds && hashOf(example, { array: messages, hash: folds.all });
  if (folds === undefined || whole === undefined) {
    return undefined;
  }
  const system = systemOf(messages);
  const texts: string[] = [];
  gather(example, texts, 0);
  let characters = system?.length ?? 0;
  for (const text of texts) {
    characters += text.length;
  }
  const { prompt, answer, answerLength } = turns(example, format, messages, folds);
  return { format, whole, prompt, answer, answerLength, system, characters, texts };
}

/** Hashes of messages in order: of all of them, and of all but the last one. */
type Folds = { readonly all: number; readonly butLast: number };

function foldsOf(messages: readonly unknown[]): Folds | undefined {
  let all = emptyArray;
  let butLast = emptyArray;
  for (const message of messages) {
    const hash = hashOf(message, undefined, messageDepth);
    if (hash === undefined) {
      return undefined;
    }
    butLast = all;
    all = combine(all, hash);
  }
  return { all, butLast };
}

type Turns = { readonly prompt: number; readonly answer: number; readonly answerLength: number };
const noTurns: Turns = { prompt: 0, answer: 0, answerLength: 0 };
/** The values of an example are known to be nested less deep than what is hashed. */
const hash = (value: unknown): number => hashOf(value) ?? hashOfText('');

function turns(example: Json, format: Format | undefined, messages: readonly unknown[], folds: Folds): Turns {
  switch (format) {
    case 'chat': {
      const last = messages.at(-1);
      if (!isRecord(last) || last['role'] !== 'assistant' || messages.length < 2) {
        return noTurns;
      }
      // What a call of a tool is named by does not count as its content.
      const said = [last['content'] ?? null, last['tool_calls'] === undefined ? null : callsOf(last['tool_calls'])];
      return { prompt: combine(folds.butLast, hash(example['tools'] ?? null)), answer: hash(said), answerLength: lengthOf(said) };
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
      return { prompt: combine(folds.all, hash(example['tools'] ?? null)), answer: hash(reference), answerLength: lengthOf(reference) };
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
  if (typeof value === 'string') {
    return value.startsWith('data:') ? 0 : value.length;
  }
  const texts: string[] = [];
  gather(value, texts, 1);
  return texts.reduce((sum, text) => sum + text.length, 0);
}
