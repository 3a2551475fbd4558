import { isBlank, withoutMark } from '../jsonl/lines.ts';
import type { LineSource } from '../jsonl/position.ts';

/** The kinds of training files. One example of a file has the same names. */
export type Format = 'chat' | 'preference' | 'reinforcement' | 'completion';

export type Method = 'supervised' | 'dpo' | 'reinforcement';

/** How a text of examples is cut into them. */
export type Framing = 'lines' | 'array' | 'prettyPrinted' | 'table';

/** Keys of a line that a supervised chat example may have (FineTuneChatRequestInput, openai-openapi 2025-07). */
export const chatKeys: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls', 'functions']);

/** Formats in the order that decides a tie. */
export const formats: readonly Format[] = ['chat', 'preference', 'reinforcement', 'completion'];

/** Formats that a method trains on. */
export const formatsOf: Readonly<Record<Method, readonly Format[]>> = {
  supervised: ['chat', 'completion'],
  dpo: ['preference'],
  reinforcement: ['reinforcement'],
};

/** Keys that somebody puts into a chat example by mistake; they do not make it one for reinforcement. */
const strayChatKeys: ReadonlySet<string> = new Set(['weight', 'function_call', 'tool_choice', 'model', 'name', 'role', 'content']);

/**
 * The format whose keys an example has; undefined if it has those of none. An example with messages is one for
 * reinforcement if it does not end with an answer and holds further keys, which graders compare with the answer.
 */
export function formatOf(example: Readonly<Record<string, unknown>>): Format | undefined {
  const hasMessages = example['messages'] !== undefined;
  if (isPreference(example, hasMessages)) {
    return 'preference';
  }
  if (hasMessages) {
    return isForReinforcement(example) ? 'reinforcement' : 'chat';
  }
  return example['prompt'] !== undefined && example['completion'] !== undefined ? 'completion' : undefined;
}

function isPreference(example: Readonly<Record<string, unknown>>, hasMessages: boolean): boolean {
  const preferred = example['preferred_output'] !== undefined;
  const other = example['non_preferred_output'] !== undefined;
  return hasMessages
    ? preferred && other
    : preferred ||
        other ||
        (isRecord(example['input']) && example['input']['messages'] !== undefined) ||
        example['preferred_completion'] !== undefined ||
        (example['chosen'] !== undefined && example['rejected'] !== undefined);
}

/** True if the messages of an example end with one of the assistant. */
export function endsWithAnswer(example: Readonly<Record<string, unknown>>): boolean {
  const messages = example['messages'];
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return isRecord(last) && last['role'] === 'assistant';
}

function isForReinforcement(example: Readonly<Record<string, unknown>>): boolean {
  let further = false;
  for (const key in example) {
    further ||= !chatKeys.has(key) && !strayChatKeys.has(key);
  }
  return further && Array.isArray(example['messages']) && !endsWithAnswer(example);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** So many first lines that are not blank show whether a file is a training file. */
export const recognizedLines = 50;
/** A line this long is looked at only at its beginning, and not parsed. */
const longLine = 1 << 18;

/**
 * Recognizes a training file: one of the first 50 lines that are not blank holds, even broken, a key of a known
 * format. Other JSON Lines files are not ours to mark.
 */
export function looksLikeDataset(source: LineSource): boolean {
  let left = recognizedLines;
  for (let line = 0; line < source.lineCount && left > 0; line += 1) {
    const text = source.lineAt(line);
    if (!isBlank(text)) {
      left -= 1;
      if (holdsKnownKey(text)) {
        return true;
      }
    }
  }
  return false;
}

/** True if a line holds a key of a known format: at its top if it is JSON, anywhere if it is broken. */
export function holdsKnownKey(line: string): boolean {
  if (line.length < longLine) {
    try {
      const value: unknown = JSON.parse(withoutMark(line));
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return isRecord(first) && isKnown((key) => Object.hasOwn(first, key));
    } catch {
      // Broken lines are looked at below.
    }
  }
  const start = line.slice(0, longLine);
  return isKnown((key) => new RegExp(`["']${key}["']\\s*:|^\\W*\\{\\s*${key}\\s*:`).test(start));
}

function isKnown(holds: (key: string) => boolean): boolean {
  return holds('messages') || (holds('prompt') && holds('completion')) || (holds('input') && holds('preferred_output'));
}
