import * as vscode from 'vscode';
import type { Connection } from '../core/providers/connection.ts';
import {
  connectionOfKeyName,
  formatKeyRecord,
  keyName,
  keyPrefix,
  parseKey,
  parseKeyRecord,
  type KeyRecord,
} from '../core/providers/key.ts';
import { ServiceError } from '../core/providers/port.ts';
import { DisposableStore } from './disposables.ts';

/** `usable`: requests can be made. */
export type KeyState =
  | { readonly kind: 'notNeeded'; readonly usable: true }
  | { readonly kind: 'stored'; readonly usable: true }
  | { readonly kind: 'variable'; readonly usable: boolean; readonly name: string }
  /** `usable` where the service may do without a key. */
  | { readonly kind: 'missing'; readonly usable: boolean };

/**
 * Keys in VS Code's secret storage, one record for each connection and origin. Values are never cached, except where
 * the storage itself fails (a machine without a keyring): then a key that a person gives lives as long as the window.
 */
export class Secrets implements vscode.Disposable {
  readonly #storage: vscode.SecretStorage;
  readonly #volatile = new Map<string, string>();
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  /** Also fires for changes in other windows. */
  readonly onDidChange: vscode.Event<void> = this.#changed.event;

  constructor(storage: vscode.SecretStorage) {
    this.#storage = storage;
    this.#disposables.add(
      storage.onDidChange(({ key }) => {
        if (connectionOfKeyName(key) !== undefined) this.#changed.fire();
      }),
    );
  }

  /** The key to send; null = none, where the service may do without. @throws ServiceError 'unauthorized' */
  async key(connection: Connection): Promise<string | null> {
    return this.resolve(connection, await this.#record(connection));
  }

  /** The same for a record that is not stored. */
  resolve(connection: Connection, record: KeyRecord | undefined): string | null {
    if (record?.kind === 'key') return record.key;
    if (record?.kind === 'variable') {
      const parsed = parseKey(process.env[record.name] ?? '');
      if ('key' in parsed) return parsed.key;
      const message = `The environment variable ${record.name} holds no key.`;
      throw new ServiceError(message, { kind: 'unauthorized', code: 'variable_not_set', param: record.name });
    }
    if (connection.profile.key === 'optional') return null;
    throw new ServiceError('No API key is set.', { kind: 'unauthorized', code: 'no_key' });
  }

  async state(connection: Connection): Promise<KeyState> {
    if (connection.profile.key === 'none') return { kind: 'notNeeded', usable: true };
    const record = await this.#record(connection);
    if (record?.kind === 'key') return { kind: 'stored', usable: true };
    if (record?.kind === 'variable') {
      return { kind: 'variable', usable: 'key' in parseKey(process.env[record.name] ?? ''), name: record.name };
    }
    return { kind: 'missing', usable: connection.profile.key === 'optional' };
  }

  /** 'volatile': the storage failed, and the key is forgotten with the window. */
  async store(connection: Connection, record: KeyRecord): Promise<'stored' | 'volatile'> {
    if (connection.baseURL === undefined) throw new Error(`${connection.id} needs no key`);
    const name = keyName(connection, connection.baseURL);
    const text = formatKeyRecord(record);
    try {
      await this.#storage.store(name, text);
      this.#volatile.delete(name);
    } catch {
      this.#volatile.set(name, text);
      this.#changed.fire();
      return 'volatile';
    }
    await this.#delete(connection.id, name);
    return 'stored';
  }

  /** Removes every record of the connection, whatever its address was. */
  async remove(connectionId: string): Promise<void> {
    await this.#delete(connectionId);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #record(connection: Connection): Promise<KeyRecord | undefined> {
    if (connection.baseURL === undefined) return undefined;
    const name = keyName(connection, connection.baseURL);
    return parseKeyRecord(this.#volatile.get(name) ?? (await this.#get(name)));
  }

  /** A storage that fails holds no key that could be sent. */
  async #get(name: string): Promise<string | undefined> {
    try {
      return await this.#storage.get(name);
    } catch {
      return undefined;
    }
  }

  async #delete(connectionId: string, except?: string): Promise<void> {
    for (const name of this.#volatile.keys()) {
      if (name.startsWith(keyPrefix(connectionId)) && name !== except) this.#volatile.delete(name);
    }
    for (const name of await this.#storage.keys()) {
      if (name.startsWith(keyPrefix(connectionId)) && name !== except) await this.#storage.delete(name);
    }
  }
}
