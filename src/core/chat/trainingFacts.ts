import { isRecord } from '../dataset/format.ts';
import { LineDecoder } from '../jsonl/lineDecoder.ts';

/** What a training file says about how its model wants to be asked. */
export type TrainingFacts = {
  /** The system prompt that most examples have; '' = most have none. */
  readonly system: string;
  /** No example has more than one question. */
  readonly singleTurn: boolean;
};

/** Lines looked at: enough to see how a file is made, few enough for any file. */
const linesRead = 500;
/** A longer line says nothing here. */
const longestLine = 4 * 1024 * 1024;

/** Facts of chat-format JSONL, from its first lines; undefined if none of them holds `messages`. */
export function readTrainingFacts(lines: Iterable<string>): TrainingFacts | undefined {
  const reader = new FactsReader();
  for (const line of lines) {
    if (!reader.add(line)) break;
  }
  return reader.facts;
}

/** The same from the bytes of a file, of which no more is read than is needed. */
export async function readTrainingFactsOfBytes(chunks: AsyncIterable<Uint8Array>): Promise<TrainingFacts | undefined> {
  const reader = new FactsReader();
  const decoder = new LineDecoder(longestLine);
  for await (const chunk of chunks) {
    for (const { text } of decoder.push(chunk)) {
      if (!reader.add(text ?? '')) return reader.facts;
    }
  }
  for (const { text } of decoder.end()) reader.add(text ?? '');
  return reader.facts;
}

class FactsReader {
  readonly #systems = new Map<string, number>();
  #singleTurn = true;
  #lines = 0;

  /** False when enough was seen. */
  add(line: string): boolean {
    if (this.#lines >= linesRead) return false;
    this.#lines += 1;
    const messages = readMessages(line);
    if (messages !== undefined) {
      const system = messages.find(({ role }) => role === 'system' || role === 'developer');
      const text = textOf(system?.['content']);
      this.#systems.set(text, (this.#systems.get(text) ?? 0) + 1);
      this.#singleTurn &&= messages.filter(({ role }) => role === 'user').length <= 1;
    }
    return this.#lines < linesRead;
  }

  get facts(): TrainingFacts | undefined {
    const [commonest] = [...this.#systems].sort((a, b) => b[1] - a[1]);
    return commonest === undefined ? undefined : { system: commonest[0], singleTurn: this.#singleTurn };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function readMessages(line: string): readonly Fields[] | undefined {
  try {
    const example: unknown = JSON.parse(line.replace(/^\ufeff/, ''));
    const messages = isRecord(example) ? example['messages'] : undefined;
    return Array.isArray(messages) ? messages.filter(isRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a message's content, which is a string or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: unknown) => (isRecord(part) ? part['text'] : undefined));
  return texts.filter((text) => typeof text === 'string').join('\n');
}
