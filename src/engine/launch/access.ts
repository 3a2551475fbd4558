import { randomBytes } from 'node:crypto';
import { readText, replaceJson } from '../../disk/files.ts';
import { isMissing } from '../../disk/system.ts';
import type { DataFolder } from './dataFolder.ts';

export type Access = {
  readonly token: string;
  /** The port of the last run; 0 before the first. */
  readonly port: number;
};

/** 256 random bits. */
export function newToken(): string {
  return `ts-${randomBytes(32).toString('base64url')}`;
}

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{16,256}$/.test(value);
}

/** Token and port of a folder; undefined if no engine has run there or the file cannot be understood. */
export async function readAccess(folder: DataFolder): Promise<Access | undefined> {
  const value = await readJson(folder.access);
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { token, port } = value as { readonly token?: unknown; readonly port?: unknown };
  if (!isToken(token)) {
    return undefined;
  }
  const known = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
  return { token, port: known ? port : 0 };
}

export async function writeAccess(folder: DataFolder, access: Access): Promise<void> {
  await replaceJson(folder.access, access, { mode: 0o600 });
}

/** A small JSON file; undefined if it is absent or no JSON. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path, { maxBytes: 64 * 1024 }));
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
