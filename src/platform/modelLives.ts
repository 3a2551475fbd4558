import * as vscode from 'vscode';
import { jobKey } from '../core/jobs/jobRef.ts';
import type { JobRecord } from '../core/jobs/jobStore.ts';
import { modelLife, type ModelLife } from '../core/models/modelLife.ts';
import type { WireModel } from '../core/providers/wire.ts';
import type { Connections } from './connections.ts';

/** A day is announced months ahead, so that an answer serves for long. */
const freshMs = 6 * 3_600_000;
const patienceMs = 30_000;

type Told = { readonly model: Pick<WireModel, 'shutdown_date'> | undefined; readonly at: number };

/** Until when tuned models answer: what the service said of them last, else the dates that came with the product. */
export class ModelLives implements vscode.Disposable {
  readonly #connections: Pick<Connections, 'get' | 'peek'>;
  readonly #told = new Map<string, Told>();
  readonly #asking = new Set<string>();
  readonly #ended = new AbortController();
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when a service told a day. */
  readonly onDidChange = this.#changed.event;

  constructor(connections: Pick<Connections, 'get' | 'peek'>) {
    this.#connections = connections;
  }

  /** What is known now; asks nobody. */
  get(connectionId: string, model: string, base: string | undefined): ModelLife | undefined {
    const profile = this.#connections.get(connectionId)?.profile;
    const told = this.#told.get(keyOf(connectionId, model))?.model;
    return profile && modelLife(profile, { id: model, base }, told);
  }

  getOf({ connectionId, job }: JobRecord, model: string): ModelLife | undefined {
    return this.get(connectionId, model, job.model);
  }

  /** Notes what a list of models said anyway. */
  note(connectionId: string, models: readonly WireModel[]): void {
    for (const model of models) this.#told.set(keyOf(connectionId, model.id), { model, at: Date.now() });
  }

  /** Asks the service about one model, if it was not asked lately. Never rejects: the dates of the profile remain. */
  async learn(connectionId: string, model: string): Promise<void> {
    const key = keyOf(connectionId, model);
    const connection = this.#connections.get(connectionId);
    const known = this.#told.get(key);
    // A date only matters where models end; the Local engine's do not.
    if (connection === undefined || connection.profile.key === 'none' || this.#asking.has(key)) return;
    if (known !== undefined && Date.now() - known.at < freshMs) return;
    this.#asking.add(key);
    let answer: WireModel | undefined;
    try {
      const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(patienceMs)]);
      const service = await this.#connections.peek(connection, { signal, start: 'never' });
      answer = await service?.retrieveModel(model, signal);
    } catch {
      // A service that does not list its tuned models refuses; it is asked again much later.
    } finally {
      this.#asking.delete(key);
    }
    if (this.#ended.signal.aborted) return;
    this.#told.set(key, { model: answer, at: Date.now() });
    if (answer?.shutdown_date != null) this.#changed.fire();
  }

  dispose(): void {
    this.#ended.abort();
    this.#changed.dispose();
  }
}

function keyOf(connectionId: string, model: string): string {
  return jobKey({ connectionId, jobId: model });
}
