import { compareExamples } from './corpus/compare.ts';
import { Corpus } from './corpus/corpus.ts';
import type { ReferenceFile } from './corpus/corpusProblems.ts';
import { addLine } from './corpus/readCorpus.ts';
import { withMore } from './moreProblems.ts';
import { defaultRuleset } from './ruleset.ts';
import { LineDecoder } from '../jsonl/lineDecoder.ts';
import type { DatasetOptions } from './document.ts';
import { fileKindOf } from './fileKind.ts';
import type { LineCheck } from './line.ts';
import { DatasetStream, type StreamResult } from './stream.ts';

/**
 * A longer line is told instead of checked, so that memory stays bounded: it takes about four times as much. Embedded
 * files do not count, of which any number of megabytes is checked. In bytes.
 */
const maximumLine = 48 * 1024 * 1024;

export type CheckBytesOptions = DatasetOptions & {
  /** Most problems to list. */
  readonly limit: number;
  /** Told each line that could be checked, with what was found in it and its number from 0. */
  readonly onLine?: (text: string, check: LineCheck, line: number) => void;
  /** Whether examples are compared with each other, and with those of which other file. */
  readonly compare?: { readonly reference?: Corpus; readonly file?: ReferenceFile };
  /** Told the number of bytes read so far. */
  readonly onBytes?: (bytes: number) => void;
};

/**
 * Checks a training file that arrives as bytes, in bounded memory; a chunk is not needed any more when the next one is
 * asked for. Whoever delivers the bytes decides how often
 * others get their turn and when it is cancelled.
 */
export async function checkBytes(chunks: AsyncIterable<Uint8Array>, options: CheckBytesOptions): Promise<StreamResult> {
  const decoder = new LineDecoder(maximumLine, { elides: true });
  const stream = new DatasetStream(options.limit, options);
  const corpus = options.compare ? new Corpus() : undefined;
  corpus?.compareWith(options.compare?.reference);
  let started = false;
  let crlf = false;
  for await (const chunk of chunks) {
    if (!started && chunk.length > 0) {
      started = true;
      crlf = startsWithCrlf(chunk);
      const kind = fileKindOf(chunk);
      if (kind.kind !== 'utf8') {
        const alien = kind.kind === 'binary' ? { notText: kind.name } : { encoding: kind.encoding };
        return stream.end({ ...options, file: { ...options.file, ...alien } });
      }
    }
    take(decoder.push(chunk), stream, corpus, options);
    options.onBytes?.(decoder.bytes);
  }
  take(decoder.end(), stream, corpus, options);
  const result = stream.end({ ...options, file: { ...options.file, bytes: decoder.bytes, ...(crlf ? { crlf } : {}) } });
  return corpus && result.framing === 'lines'
    ? withMore(result, compareExamples(corpus, options.limit, options.ruleset ?? defaultRuleset, options.compare?.file), options.limit)
    : result;
}

/** True if the first line of a file ends with CRLF; files have one kind of line break, nearly always. */
function startsWithCrlf(start: Uint8Array): boolean {
  const end = start.indexOf(10);
  return end > 0 && start[end - 1] === 13;
}

function take(
  lines: ReturnType<LineDecoder['push']>,
  stream: DatasetStream,
  corpus: Corpus | undefined,
  options: CheckBytesOptions,
): void {
  for (const line of lines) {
    if (line.text === undefined) {
      stream.pushOverlong(maximumLine);
    } else {
      const check = stream.push(line.text, line);
      if (corpus && check.kind === 'example') {
        addLine(corpus, line.text, stream.lineCount - 1);
      }
      options.onLine?.(line.text, check, stream.lineCount - 1);
    }
  }
}
