import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import { fileBytes } from './fileBytes.ts';

/** SHA-256 of a file's bytes in hexadecimal, read as a stream. @throws vscode.FileSystemError */
export async function sha256Of(uri: vscode.Uri, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const { chunks } = await fileBytes(uri, signal);
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
