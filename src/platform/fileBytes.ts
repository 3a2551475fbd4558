import * as vscode from 'vscode';
import { readChunks } from '../disk/files.ts';

/** File systems of other schemes hand over whole files only; a larger one is not read. */
const maximumWhole = 256 * 1024 * 1024;
const chunkBytes = 256 * 1024;

type FileBytes = { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> };

/**
 * The bytes of a file in chunks, with a turn for others between them. From a local file they are read as they are
 * asked for.
 * @throws vscode.FileSystemError if the file is not there, or is too large for its file system
 */
export async function fileBytes(uri: vscode.Uri, signal: AbortSignal, reuses = false): Promise<FileBytes> {
  const { size, type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.Directory) !== 0) {
    throw vscode.FileSystemError.FileIsADirectory(uri);
  }
  if (uri.scheme === 'file') {
    return { size, chunks: readChunks(uri.fsPath, signal, { reuses }) };
  }
  if (size > maximumWhole) {
    throw vscode.FileSystemError.Unavailable(vscode.l10n.t('The file is too large to be read from here.'));
  }
  return { size, chunks: pieces(uri, signal) };
}

async function* pieces(uri: vscode.Uri, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const whole = await vscode.workspace.fs.readFile(uri);
  for (let start = 0; start < whole.length; start += chunkBytes) {
    signal.throwIfAborted();
    yield whole.subarray(start, start + chunkBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
