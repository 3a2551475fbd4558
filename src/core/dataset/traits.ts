import { isRecord, type Format } from './format.ts';
import { completionKeys } from './rules/completion.ts';
import { imagesIn } from './rules/content.ts';
import { outputKeys } from './rules/preference.ts';
import { reservedKeys } from './rules/reinforcement.ts';

/** What rules of the whole file must know of one example. */
export type Traits = {
  /** It shows images. */
  readonly images: boolean;
  /** A chat example that ends with an answer. */
  readonly answered: boolean;
  /** Fields for graders, of an example for reinforcement. */
  readonly fields: readonly string[] | undefined;
  /** Characters of the two outputs of a preference pair. */
  readonly lengths: readonly [preferred: number, other: number] | undefined;
  /** The texts of a pair of prompt and completion. */
  readonly pair: readonly [prompt: TextTraits, completion: TextTraits] | undefined;
};

/** What is known of a text that is compared with the others of its file. */
export type TextTraits = {
  readonly head: string;
  readonly tail: string;
  /** Equal texts have equal digests; that different ones do is as good as sure. */
  readonly digest: string;
  readonly upper: number;
  readonly lower: number;
  readonly startsWithSpace: boolean;
  /** Which of the known separators stand before the end, as a set of bits. */
  readonly inside: number;
};

/** So much of both ends of a text is compared. */
export const comparedUnits = 48;

/** Endings of prompts that the old data preparation tool of OpenAI suggests, in its order. */
export const separators = [' ->', '\n\n###\n\n', '\n\n===\n\n', '\n\n---\n\n', '\n\n===>\n\n', '\n\n--->\n\n', '\n\n### =>\n\n'] as const;
/** Endings of completions that it suggests. */
export const endings = ['\n', '.', ' END', '***', '+++', '&&&', '$$$', '@@@', '%%%', ' [END]'] as const;

const plain: Traits = { images: false, answered: false, fields: undefined, lengths: undefined, pair: undefined };
const answeredOnly: Traits = { ...plain, answered: true };
const fieldLists = new Map<string, readonly string[]>();

/** Traits of an example of a format. Most examples share one object. */
export function traitsOf(example: Readonly<Record<string, unknown>>, format: Format | undefined, answered: boolean): Traits {
  switch (format) {
    case 'chat':
      return showsImages(example['messages']) ? { ...plain, images: true, answered } : answered ? answeredOnly : plain;
    case 'reinforcement':
      return { ...plain, images: showsImages(example['messages']), fields: fieldsOf(example) };
    case 'preference':
      return { ...plain, lengths: lengthsOf(example) };
    case 'completion':
      return { ...plain, pair: pairOf(example) };
    default:
      return plain;
  }
}

function showsImages(messages: unknown): boolean {
  if (Array.isArray(messages)) {
    for (const message of messages as readonly unknown[]) {
      if (isRecord(message) && typeof message['content'] !== 'string' && imagesIn(message['content']) > 0) {
        return true;
      }
    }
  }
  return false;
}

/** Lines with the same fields share one list. */
function fieldsOf(example: Readonly<Record<string, unknown>>): readonly string[] {
  const fields = Object.keys(example).filter((key) => !reservedKeys.has(key));
  const key = JSON.stringify(fields);
  const known = fieldLists.get(key);
  if (!known && fieldLists.size < 1000) {
    fieldLists.set(key, fields);
  }
  return known ?? fields;
}

function lengthsOf(example: Readonly<Record<string, unknown>>): readonly [number, number] | undefined {
  const [preferred, other] = outputKeys.map((key) => {
    const output = example[key];
    const message: unknown = Array.isArray(output) ? output.at(-1) : undefined;
    return isRecord(message) && typeof message['content'] === 'string' ? message['content'].length : undefined;
  });
  return preferred === undefined || other === undefined ? undefined : [preferred, other];
}

function pairOf(example: Readonly<Record<string, unknown>>): readonly [TextTraits, TextTraits] | undefined {
  const [prompt, completion] = completionKeys.map((key) => example[key]);
  return typeof prompt === 'string' && typeof completion === 'string' ? [textTraits(prompt), textTraits(completion)] : undefined;
}

function textTraits(text: string): TextTraits {
  let hash = 0x811c9dc5;
  let upper = 0;
  let lower = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ unit, 0x01000193);
    upper += unit >= 65 && unit <= 90 ? 1 : 0;
    lower += unit >= 97 && unit <= 122 ? 1 : 0;
  }
  const bits = separators.map((separator, index) => {
    const at = text.indexOf(separator);
    return at !== -1 && at < text.length - separator.length ? 1 << index : 0;
  });
  return {
    head: text.slice(0, comparedUnits),
    tail: text.slice(-comparedUnits),
    digest: `${text.length} ${hash}`,
    upper,
    lower,
    startsWithSpace: /^\s/.test(text),
    inside: bits.reduce((all, bit) => all | bit, 0),
  };
}
