import type * as vscode from 'vscode';
import { readPendingJobs, type PendingJob } from '../core/jobs/pendingJob.ts';
import { readServiceMemory, type ServiceMemory } from '../core/jobs/preflight/access.ts';
import type { Connection } from './connections.ts';

const servicesKey = 'tunesmith.services';
const pendingKey = 'tunesmith.pendingJobs';

/** What answers to earlier requests for jobs have taught, and requests whose answer never came. Shared by all windows. */
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

  pending(): readonly PendingJob[] {
    return readPendingJobs(this.#state.get<unknown>(pendingKey), Date.now());
  }

  async expect(job: PendingJob): Promise<void> {
    await this.#state.update(pendingKey, [...this.#without(job.requestId), job]);
  }

  async settle(requestId: string): Promise<void> {
    await this.#state.update(pendingKey, this.#without(requestId));
  }

  /** After a connection is removed. */
  async forgetConnection(connectionId: string): Promise<void> {
    const isOwn = (key: string): boolean => key === connectionId || key.startsWith(`${connectionId}@`);
    const kept = Object.entries(this.#stored()).filter(([key]) => !isOwn(key));
    await this.#state.update(servicesKey, Object.fromEntries(kept));
    await this.#state.update(pendingKey, this.pending().filter((job) => job.connectionId !== connectionId));
  }

  #without(requestId: string): readonly PendingJob[] {
    return this.pending().filter((job) => job.requestId !== requestId);
  }

  #stored(): Readonly<Record<string, unknown>> {
    return this.#state.get<Readonly<Record<string, unknown>>>(servicesKey) ?? {};
  }
}

/** Another address is another account. */
function keyOf({ id, baseURL }: Connection): string {
  return id === 'local' ? id : `${id}@${baseURL ?? ''}`;
}
