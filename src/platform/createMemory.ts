import type * as vscode from 'vscode';
import { readServiceMemory, type ServiceMemory } from '../core/jobs/preflight/access.ts';
import type { Connection } from './connections.ts';

const servicesKey = 'tunesmith.services';

/** What answers to earlier requests for jobs have taught. Shared by all windows. */
export class CreateMemory {
  readonly #state: vscode.Memento;

  constructor(globalState: vscode.Memento) {
    this.#state = globalState;
  }

  of(connection: Connection): ServiceMemory {
    return readServiceMemory(this.#stored()[keyOf(connection)]);
  }

  async learn(connection: Connection, learnt: ServiceMemory): Promise<void> {
    const stored = this.#stored();
    const key = keyOf(connection);
    await this.#state.update(servicesKey, { ...stored, [key]: { ...readServiceMemory(stored[key]), ...learnt } });
  }

  /** After a connection is removed. */
  async forgetConnection(connectionId: string): Promise<void> {
    const isOwn = (key: string): boolean => key === connectionId || key.startsWith(`${connectionId}@`);
    const kept = Object.entries(this.#stored()).filter(([key]) => !isOwn(key));
    await this.#state.update(servicesKey, Object.fromEntries(kept));
  }

  #stored(): Readonly<Record<string, unknown>> {
    return this.#state.get<Readonly<Record<string, unknown>>>(servicesKey) ?? {};
  }
}

/** Another address is another account. */
function keyOf({ id, baseURL }: Connection): string {
  return id === 'local' ? id : `${id}@${baseURL ?? ''}`;
}
