import * as vscode from 'vscode';
import type { Service } from '../../core/providers/port.ts';
import type { Connection, Connections } from '../../platform/connections.ts';

export type ListPage<T> = { readonly items: readonly T[]; readonly hasMore: boolean };

export type ListState<T> = ListPage<T> & {
  /** 'unread' before the first answer; 'closed' where the service cannot be asked yet, for want of a key or a store. */
  readonly kind: 'unread' | 'closed' | 'listed' | 'failed';
  /** Why the last question failed; what was listed before is still there. */
  readonly error: unknown;
  /** When the last answer came, in milliseconds since 1970. */
  readonly answeredAt: number | undefined;
};

const unread = { kind: 'unread', items: [], hasMore: false, error: undefined, answeredAt: undefined } as const;

/** Asks for the page that follows an item, or for the first one. */
type ReadPage<T> = (service: Service, after: T | undefined, signal: AbortSignal) => Promise<ListPage<T>>;

const patienceMs = 60_000;

/** A list of whatever items, as far as their kind does not matter. */
export type AnyList = Pick<RemoteList<unknown>, 'read' | 'readMore' | 'forget'> & { state(connectionId: string): ListState<unknown> };

/** Lists that are only asked for when their row is opened, one per connection: files, models. */
export class RemoteList<T> implements vscode.Disposable {
  readonly #connections: Pick<Connections, 'peek'>;
  readonly #readPage: ReadPage<T>;
  readonly #states = new Map<string, ListState<T>>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #ended = new AbortController();
  readonly #changed = new vscode.EventEmitter<string>();
  /** Fires the id of a connection whose list changed. */
  readonly onDidChange = this.#changed.event;

  constructor(connections: Pick<Connections, 'peek'>, readPage: ReadPage<T>) {
    this.#connections = connections;
    this.#readPage = readPage;
  }

  state(connectionId: string): ListState<T> {
    return this.#states.get(connectionId) ?? unread;
  }

  /** Asks for the first page; never rejects: see `state`. */
  read(connection: Connection): Promise<void> {
    return this.#once(connection, undefined);
  }

  readMore(connection: Connection): Promise<void> {
    return this.#once(connection, this.state(connection.id).items.at(-1));
  }

  /** Takes out what was deleted. */
  remove(connectionId: string, isGone: (item: T) => boolean): void {
    const state = this.state(connectionId);
    this.#set(connectionId, { ...state, items: state.items.filter((item) => !isGone(item)) });
  }

  forget(connectionId: string): void {
    if (this.#states.delete(connectionId)) this.#changed.fire(connectionId);
  }

  dispose(): void {
    this.#ended.abort();
    this.#changed.dispose();
  }

  #once(connection: Connection, after: T | undefined): Promise<void> {
    const reading =
      this.#reading.get(connection.id) ?? this.#ask(connection, after).finally(() => this.#reading.delete(connection.id));
    this.#reading.set(connection.id, reading);
    return reading;
  }

  async #ask(connection: Connection, after: T | undefined): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(patienceMs)]);
    const before = this.state(connection.id);
    try {
      const service = await this.#connections.peek(connection, { signal, start: 'ifStored' });
      if (service === undefined) {
        this.#set(connection.id, { ...unread, kind: 'closed' });
        return;
      }
      const { items, hasMore } = await this.#readPage(service, after, signal);
      const all = after === undefined ? items : [...before.items, ...items];
      this.#set(connection.id, { kind: 'listed', items: all, hasMore, error: undefined, answeredAt: Date.now() });
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#set(connection.id, { ...before, kind: 'failed', error });
    }
  }

  #set(connectionId: string, state: ListState<T>): void {
    this.#states.set(connectionId, state);
    this.#changed.fire(connectionId);
  }
}
