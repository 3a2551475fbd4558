import type * as vscode from 'vscode';
import { LineDecoder } from '../../core/jsonl/lineDecoder.ts';
import { fileBytes } from '../../platform/fileBytes.ts';

/** The editor waits for nothing longer than this. */
const sliceMs = 12;
const batchLines = 64;
/** A longer line of a file is not read as an example: its bytes would have to be held. */
const longestLine = 64 * 1024 * 1024;

/** Lines in order, some at a time; undefined stands for one too long to be read. `share` tells how far that is. */
export type LineBatch = { readonly lines: readonly (string | undefined)[]; readonly share: number };

/**
 * The lines of a document, with a turn for others after every 12 ms of work, also of that of the receiver. Ends when
 * the document is edited: its receiver hears of that from the editor.
 */
export async function* linesOfDocument(document: vscode.TextDocument, signal: AbortSignal): AsyncIterable<LineBatch> {
  const { version, lineCount } = document;
  // After the last line break there is no further line.
  const end = lineCount - (document.lineAt(lineCount - 1).text === '' ? 1 : 0);
  let pause = performance.now() + sliceMs;
  for (let start = 0; start < end; start += batchLines) {
    const stop = Math.min(end, start + batchLines);
    const lines: string[] = [];
    for (let line = start; line < stop; line += 1) lines.push(document.lineAt(line).text);
    yield { lines, share: stop / end };
    if (performance.now() > pause) {
      await new Promise((resolve) => setImmediate(resolve));
      if (document.version !== version || document.isClosed) return;
      pause = performance.now() + sliceMs;
    }
    signal.throwIfAborted();
  }
}

/** The lines of a file of any size, piece by piece. */
export async function* linesOfFile(uri: vscode.Uri, signal: AbortSignal): AsyncIterable<LineBatch> {
  const { size, chunks } = await fileBytes(uri, signal);
  const decoder = new LineDecoder(longestLine);
  let pause = performance.now() + sliceMs;
  const batch = function* (found: Iterable<{ readonly text: string | undefined }>): IterableIterator<LineBatch> {
    const share = size > 0 ? Math.min(1, decoder.bytes / size) : 1;
    let lines: (string | undefined)[] = [];
    for (const { text } of found) {
      if (lines.push(text) === batchLines) {
        yield { lines, share };
        lines = [];
      }
    }
    if (lines.length > 0) yield { lines, share };
  };
  for await (const chunk of chunks) {
    for (const found of batch(decoder.push(chunk))) {
      yield found;
      if (performance.now() > pause) {
        await new Promise((resolve) => setImmediate(resolve));
        pause = performance.now() + sliceMs;
      }
      signal.throwIfAborted();
    }
  }
  yield* batch(decoder.end());
}
