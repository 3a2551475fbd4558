import type { Connection } from './connection.ts';

/**
 * What is remembered about the key of a connection: the key itself, or the NAME of the environment variable that
 * holds it. The variable is read again for each request, so a key that was changed or withdrawn outside is
 * never outlived by a copy of ours.
 */
export type KeyRecord =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'variable'; readonly name: string };

/**
 * Name of the secret that holds the key record of a connection. The origin of the base URL is part of it: after a
 * changed base URL the record is not found, so the key never reaches another host, port or scheme.
 */
export function keyName(connection: Pick<Connection, 'id'>, baseURL: string): string {
  return `${keyPrefix(connection.id)}${new URL(baseURL).origin}`;
}

/** What the names of all key records of a connection begin with, whatever its base URL was. */
export function keyPrefix(connectionId: string): string {
  return `tunesmith.key:${connectionId}@`;
}

/** The connection of a secret's name, or undefined for a secret that is no key record. */
export function connectionOfKeyName(name: string): string | undefined {
  return /^tunesmith\.key:([a-z0-9-]+)@/.exec(name)?.[1];
}

export function formatKeyRecord(record: KeyRecord): string {
  return JSON.stringify({ version: 1, ...record });
}

/** A stored record; undefined if it is damaged or of a later version. */
export function parseKeyRecord(text: string | undefined): KeyRecord | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, kind, key, name } = value as Readonly<Record<string, unknown>>;
  if (version !== 1) return undefined;
  if (kind === 'key' && typeof key === 'string' && key !== '') return { kind, key };
  if (kind === 'variable' && typeof name === 'string' && isVariableName(name)) return { kind, name };
  return undefined;
}

export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/**
 * A key as typed or pasted, trimmed. Its format is the service's business; only what no HTTP header can carry
 * (anything but visible ASCII) is refused, because it would fail later and without a reason.
 */
export function parseKey(text: string): { readonly key: string } | { readonly fault: 'empty' | 'notSendable' } {
  const key = text.trim();
  if (key === '') return { fault: 'empty' };
  return /^[\x21-\x7e]+$/.test(key) ? { key } : { fault: 'notSendable' };
}

/** The key in a file: its first line that is not blank. */
export function parseKeyFile(text: string): ReturnType<typeof parseKey> {
  const line = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).find((candidate) => candidate.trim() !== '');
  return parseKey(line ?? '');
}
