import type * as vscode from 'vscode';
import { readJobOrigin, type JobOrigin } from '../core/jobs/jobOrigin.ts';
import { jobKey } from '../core/jobs/jobRef.ts';
import type { JobRef } from '../core/jobs/jobStore.ts';

const stateKey = 'tunesmith.jobOrigins';

/** Jobs remembered; the ones noted first are forgotten first. */
const maxOrigins = 200;

/** What each job was made from. Shared by all windows, kept over restarts. */
export class JobOrigins {
  readonly #state: vscode.Memento;

  constructor(globalState: vscode.Memento) {
    this.#state = globalState;
  }

  get(ref: JobRef): JobOrigin | undefined {
    return readJobOrigin(this.#stored()[jobKey(ref)]);
  }

  /** URI of the training file of the last job that a file was the validation file of. */
  trainingOf(validation: string): string | undefined {
    const origins = Object.values(this.#stored()).map(readJobOrigin);
    return origins.findLast((origin) => origin?.validationFile === validation)?.trainingFile;
  }

  /** Notes the origin before the job exists, so that it survives an answer that never arrives. */
  async expect(requestId: string, origin: JobOrigin): Promise<void> {
    await this.#write(requestId, origin);
  }

  /** Binds the origin that was noted for a request, if there is one, to the job that came of it. */
  async adopt(ref: JobRef, requestId: string | undefined): Promise<void> {
    if (requestId === undefined) return;
    const { [requestId]: found, ...others } = this.#stored();
    const origin = readJobOrigin(found);
    if (origin !== undefined) await this.#state.update(stateKey, { ...others, [jobKey(ref)]: origin });
  }

  /** Forgets where the jobs of a connection came from. */
  async forgetConnection(connectionId: string): Promise<void> {
    const stored = Object.entries(this.#stored());
    const others = stored.filter(([key]) => !key.startsWith(`${connectionId}/`));
    if (others.length < stored.length) await this.#state.update(stateKey, Object.fromEntries(others));
  }

  async #write(key: string, origin: JobOrigin): Promise<void> {
    const { [key]: _replaced, ...others } = this.#stored();
    const kept = Object.entries(others).slice(-(maxOrigins - 1));
    await this.#state.update(stateKey, { ...Object.fromEntries(kept), [key]: origin });
  }

  #stored(): Readonly<Record<string, unknown>> {
    return this.#state.get<Readonly<Record<string, unknown>>>(stateKey) ?? {};
  }
}
