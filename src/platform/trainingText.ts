import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { TrainingText } from './datasetChecker.ts';

/** Characters handed over at once, with a turn for others between. */
const pieceLength = 64 * 1024;

/**
 * A training file as it is now, to compare others with: what its editor shows if that is not saved, else its bytes.
 * @throws vscode.FileSystemError if there is no such file
 */
export async function trainingTextOf(uri: vscode.Uri): Promise<TrainingText> {
  const key = uri.toString();
  const file = { name: posix.basename(uri.path), file: key };
  const document = vscode.workspace.textDocuments.find((open) => open.isDirty && !open.isClosed && open.uri.toString() === key);
  if (document) {
    return { id: `${key} version ${document.version}`, uri, file, pieces: (signal) => piecesOf(document, signal) };
  }
  const { mtime, size } = await vscode.workspace.fs.stat(uri);
  return { id: `${key} of ${mtime}, ${size} bytes`, uri, file };
}

/** Whoever asks is told of an edit meanwhile, and asks again. */
async function* piecesOf(document: vscode.TextDocument, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { version, lineCount } = document;
  const encoder = new TextEncoder();
  let piece: string[] = [];
  let length = 0;
  for (let line = 0; line < lineCount; line += 1) {
    const { text } = document.lineAt(line);
    piece.push(text);
    length += text.length;
    if (length > pieceLength || line === lineCount - 1) {
      yield encoder.encode(`${piece.join('\n')}\n`);
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      if (document.version !== version || document.isClosed) return;
      piece = [];
      length = 0;
    }
  }
}
