import { LineDecoder } from '../../jsonl/lineDecoder.ts';
import { formatOf } from '../format.ts';
import { Corpus } from './corpus.ts';
import { exampleOf, markOf } from './corpusLines.ts';

/** More examples of one file are not compared, so that memory stays bounded: about 1.5 KB each. */
export const mostCompared = 120_000;

/** In UTF-16 units, each of which takes three bytes at most. */
const longestLine = 1 << 20;

/** The examples of a file that arrives as bytes, the first of them up to `mostCompared`. */
export async function readCorpus(chunks: AsyncIterable<Uint8Array>): Promise<Corpus> {
  const corpus = new Corpus();
  await eachLine(chunks, (text, line) => {
    addLine(corpus, text, line);
    return corpus.size < mostCompared;
  });
  return corpus;
}

/** Hands over line by line what may be compared, until it is told that nothing more is wanted. */
export async function eachLine(chunks: AsyncIterable<Uint8Array>, take: (text: string, line: number) => boolean): Promise<void> {
  const decoder = new LineDecoder(3 * longestLine, { elides: true });
  let line = 0;
  const takeAll = (lines: ReturnType<LineDecoder['push']>): boolean => {
    for (const { text } of lines) {
      if (!take(text ?? '', line)) {
        return false;
      }
      line += 1;
    }
    return true;
  };
  for await (const chunk of chunks) {
    if (!takeAll(decoder.push(chunk))) {
      return;
    }
  }
  takeAll(decoder.end());
}

const fileStart = { start: 0 };

/** Adds the example of a line, if there is one and there are not too many. */
export function addLine(corpus: Corpus, text: string, line: number): void {
  const example = corpus.size < mostCompared ? exampleOn(text, line) : undefined;
  if (example) {
    corpus.add(example, formatOf(example), markOf(text), fileStart, line);
    // A little with each line, so that nothing long is left for the end.
    corpus.settle(() => true);
  }
}

/** The example of a line that is not too long. Only the first line of a file may start with a byte-order mark. */
export function exampleOn(text: string, line: number): ReturnType<typeof exampleOf> {
  return text.length > longestLine || (line > 0 && text.startsWith('\uFEFF')) ? undefined : exampleOf(text);
}
