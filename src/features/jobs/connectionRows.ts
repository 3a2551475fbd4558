import * as vscode from 'vscode';
import type { Connection, Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';

/** What the rows ask of Connections. */
export type RowConnections = Pick<Connections, 'all' | 'current' | 'get' | 'keyState' | 'peek' | 'onDidChange'>;

/**
 * The connections that have a row: the current one first, then those that somebody could use. A built-in service
 * without a key is a suggestion, which belongs into «Switch Connection», not into a list of what is there.
 */
export class ConnectionRows implements vscode.Disposable {
  readonly #connections: RowConnections;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  #keyless: ReadonlySet<string> = new Set();
  #looks = 0;

  constructor(connections: RowConnections) {
    this.#connections = connections;
    this.#disposables.add(connections.onDidChange(() => void this.#look()));
    this.#keyless = new Set(connections.all().filter(isSuggested).map(({ id }) => id));
    void this.#look();
  }

  list(): readonly Connection[] {
    const { current } = this.#connections;
    const others = this.#connections.all().filter(({ id }) => id !== current.id && !this.#keyless.has(id));
    return [current, ...others];
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #look(): Promise<void> {
    const look = (this.#looks += 1);
    const states = await Promise.all(
      this.#connections.all().filter(isSuggested).map(async (connection) => {
        const usable = await this.#connections.keyState(connection).then((state) => state.usable, () => false);
        return usable ? [] : [connection.id];
      }),
    );
    if (look !== this.#looks) return;
    const keyless = new Set(states.flat());
    const same = keyless.size === this.#keyless.size && [...keyless].every((id) => this.#keyless.has(id));
    this.#keyless = keyless;
    if (!same) this.#changed.fire();
  }
}

/** Nobody had to type its address, so nobody has asked for it yet. */
function isSuggested({ profile, baseURL }: Connection): boolean {
  return profile.key === 'required' && baseURL !== undefined && baseURL === profile.baseURL;
}
