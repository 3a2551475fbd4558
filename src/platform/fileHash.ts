import type * as vscode from 'vscode';
import { fileBytes } from './fileBytes.ts';
import { createHasher } from './hasher.ts';

/** SHA-256 of a file's bytes in hexadecimal, read as a stream. @throws vscode.FileSystemError */
export async function sha256Of(uri: vscode.Uri, signal: AbortSignal): Promise<string> {
  const hash = createHasher('sha256');
  const { chunks } = await fileBytes(uri, signal);
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}
