import { withoutMark } from '../../jsonl/lines.ts';
import { ChunkedList } from '../../jsonl/chunkedList.ts';
import type { LineSource, Span } from '../../jsonl/position.ts';
import { formatOf, isRecord } from '../format.ts';
import { Corpus, type Entry, type Place } from './corpus.ts';

/** What is known of a line: nothing yet, that it is no example, or its example. */
type Known = Entry | 'none' | undefined;
type Chunk = Place & { readonly unread: number };

/** A longer line is not compared: it would block its host. In UTF-16 units. */
const longestLine = 1 << 20;

/** The examples of a text that is edited; an edit costs the lines it touches. */
export class CorpusLines {
  readonly corpus = new Corpus();
  readonly #source: LineSource;
  readonly #lines = new ChunkedList<Known, Chunk>({ of: chunkOf, sum: unreadIn });

  constructor(source: LineSource) {
    this.#source = source;
  }

  reset(): void {
    this.replace(0, this.#lines.length, this.#source.lineCount);
  }

  /** Lines were replaced by others. */
  replace(start: number, removed: number, added: number): void {
    for (const { start: from, items } of this.#lines.runs((_, first, end) => first < start + removed && end > start)) {
      for (const item of items.slice(Math.max(0, start - from), start + removed - from)) {
        if (typeof item === 'object') {
          this.corpus.remove(item);
        }
      }
    }
    this.#lines.splice(start, removed, Array.from<undefined>({ length: added }));
  }

  /** Reads and compares lines until all are done or `stop` says so; true if all are done. */
  compare(stop: () => boolean): boolean {
    const read = this.#lines.replaceWhere(
      ({ unread }) => unread > 0,
      (known, line) => known ?? this.#read(line),
      stop,
    );
    return read && this.corpus.settle(stop);
  }

  /** Tells each example where it stands now. */
  place(): void {
    for (const { start, summary } of this.#lines.runs()) {
      summary.start = start;
    }
  }

  #read(line: number): Entry | 'none' {
    const text = this.#source.lineAt(line);
    const example = text.length > longestLine ? undefined : exampleOf(text);
    return (example && this.corpus.add(example, formatOf(example), markOf(text), nowhere)) ?? 'none';
  }
}

/** Where an example is until its chunk says where it starts. */
const nowhere: Place = { start: 0 };

/** The object that a line holds, if it holds one. */
export function exampleOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(withoutMark(line));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first key of a line. */
export function markOf(line: string): Span {
  const start = Math.max(0, line.indexOf('"'));
  const end = line.indexOf('"', start + 1) + 1;
  return { start, end: end > start ? Math.min(end, start + 40) : start };
}

function unreadIn(parts: readonly Chunk[]): Chunk {
  return { start: 0, unread: parts.reduce((sum, { unread }) => sum + unread, 0) };
}

function chunkOf(items: readonly Known[]): Chunk {
  let unread = 0;
  const chunk = { start: 0 };
  items.forEach((item, offset) => {
    if (item === undefined) {
      unread += 1;
    } else if (item !== 'none') {
      item.place = chunk;
      item.offset = offset;
    }
  });
  return Object.assign(chunk, { unread });
}
