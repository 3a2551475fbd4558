import { LineDecoder } from '../../jsonl/lineDecoder.ts';
import { formatOf } from '../format.ts';
import { Corpus } from './corpus.ts';
import { exampleOf, markOf } from './corpusLines.ts';

/** More examples of one file are not compared, so that memory stays bounded: about 1.5 KB each. */
export const mostCompared = 120_000;

const longestLine = 1 << 20;

/** The examples of a file that arrives as bytes, the first of them up to `mostCompared`. */
export async function readCorpus(chunks: AsyncIterable<Uint8Array>): Promise<Corpus> {
  const corpus = new Corpus();
  const decoder = new LineDecoder(longestLine, { elides: true });
  let line = 0;
  const take = (lines: ReturnType<LineDecoder['push']>): void => {
    for (const { text } of lines) {
      addLine(corpus, text ?? '', line);
      line += 1;
    }
  };
  for await (const chunk of chunks) {
    take(decoder.push(chunk));
    if (corpus.size >= mostCompared) {
      break;
    }
  }
  take(decoder.end());
  return corpus;
}

const fileStart = { start: 0 };

/** Adds the example of a line, if there is one and there are not too many. */
export function addLine(corpus: Corpus, text: string, line: number): void {
  const example = text.length <= longestLine && corpus.size < mostCompared ? exampleOf(text) : undefined;
  if (example) {
    corpus.add(example, formatOf(example), markOf(text), fileStart, line);
    // A little with each line, so that nothing long is left for the end.
    corpus.settle(() => true);
  }
}
