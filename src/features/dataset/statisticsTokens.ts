import type { DatasetStatistics } from '../../core/dataset/statistics.ts';
import { countedAtOnce, longestCounted, type TokenCounter } from '../../platform/tokenCounter.ts';
import type { LineBatch } from './datasetLines.ts';

/** Counts the tokens of lines that were read before, for as many of them as the statistics hold. */
export async function countInto(
  statistics: DatasetStatistics,
  batches: AsyncIterable<LineBatch>,
  counter: TokenCounter,
  signal: AbortSignal,
  onCount: () => void,
): Promise<void> {
  let first = 0;
  let waiting: string[] = [];
  let length = 0;
  const count = async (): Promise<void> => {
    const counts = await counter.count(waiting, signal);
    signal.throwIfAborted();
    counts.forEach((tokens, index) => statistics.setTokens(first + index, tokens));
    first += waiting.length;
    waiting = [];
    length = 0;
    onCount();
  };
  for await (const { lines } of batches) {
    for (const line of lines) {
      waiting.push(line === undefined || line.length > longestCounted ? '' : line);
      length += line?.length ?? 0;
      if (length > countedAtOnce) await count();
    }
    if (first + waiting.length >= statistics.lineCount) break;
  }
  if (waiting.length > 0) await count();
}
