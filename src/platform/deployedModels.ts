import * as vscode from 'vscode';
import { jobKey } from '../core/jobs/jobRef.ts';
import type { JobRef } from '../core/jobs/jobStore.ts';

const stateKey = 'tunesmith.deployments';
const maxJobs = 200;

/** Under which names the tuned models of a job were deployed from here. Kept over restarts, shared by all windows. */
export class DeployedModels implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<JobRef>();
  readonly onDidChange = this.#changed.event;

  constructor(globalState: vscode.Memento) {
    this.#state = globalState;
  }

  /** The names that a chat gives as its model, newest last. */
  of(ref: JobRef): readonly string[] {
    const names = this.#stored()[jobKey(ref)];
    return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
  }

  async note(ref: JobRef, model: string): Promise<void> {
    const { [jobKey(ref)]: _replaced, ...others } = this.#stored();
    const names = [...this.of(ref).filter((name) => name !== model), model];
    const kept = Object.entries(others).slice(-(maxJobs - 1));
    await this.#state.update(stateKey, { ...Object.fromEntries(kept), [jobKey(ref)]: names });
    this.#changed.fire(ref);
  }

  /** Forgets what was deployed on a connection that is gone. */
  async forgetConnection(connectionId: string): Promise<void> {
    const stored = Object.entries(this.#stored());
    const others = stored.filter(([key]) => !key.startsWith(`${connectionId}/`));
    if (others.length < stored.length) await this.#state.update(stateKey, Object.fromEntries(others));
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #stored(): Readonly<Record<string, unknown>> {
    return this.#state.get<Readonly<Record<string, unknown>>>(stateKey) ?? {};
  }
}
