import type * as vscode from 'vscode';
import { bySize, FileTokenTally, type FileTokens } from '../core/cost/fileTokens.ts';
import { isBlank } from '../core/jsonl/lines.ts';
import { splitLines } from '../disk/reading.ts';
import { fileBytes } from './fileBytes.ts';
import { countedAtOnce, longestCounted, type TokenCounter } from './tokenCounter.ts';

export type CountFileOptions = {
  readonly examples: number;
  /** Tokens of one example that are trained on; undefined = no limit known. */
  readonly exampleTokens: number | undefined;
  /** False where the model's vocabulary is none of ours: the count is then a guide only. */
  readonly ownVocabulary: boolean;
};

/** So much of a file is counted, some seconds of a worker's time; of a larger one a sample. In bytes. */
const countedBytes = 8 * 1024 * 1024;

/** The tokens of a training file, counted beside the extension host. */
export async function countFileTokens(
  counter: Pick<TokenCounter, 'count'>,
  uri: vscode.Uri,
  { examples, exampleTokens, ownVocabulary }: CountFileOptions,
  signal: AbortSignal,
): Promise<FileTokens> {
  const { size, chunks } = await fileBytes(uri, signal);
  const share = Math.min(1, countedBytes / Math.max(1, size));
  const tally = new FileTokenTally(exampleTokens);
  let batch: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    for (const tokens of await counter.count(batch, signal)) tally.add(tokens);
    batch = [];
    length = 0;
  };
  for await (const { text, number } of splitLines(chunks)) {
    if (isBlank(text)) continue;
    if (!isSampled(number, share)) {
      tally.skip();
      continue;
    }
    if (text.length > longestCounted) {
      tally.add(null);
      continue;
    }
    batch.push(text);
    length += text.length;
    if (length >= countedAtOnce) await flush();
  }
  if (batch.length > 0) await flush();
  const result = tally.result(size, ownVocabulary);
  return result.examples === 0 ? bySize(examples, size) : { ...result, examples };
}

/** Spread without a period, because files have some: every second line a question about the same thing. */
function isSampled(line: number, share: number): boolean {
  if (share >= 1) return true;
  const mixed = Math.imul(line ^ (line >>> 16), 0x45d9f3b);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 < share;
}
