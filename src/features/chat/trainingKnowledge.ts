import * as vscode from 'vscode';
import { readTrainingFacts, type TrainingFacts } from '../../core/chat/trainingFacts.ts';
import { jobKey } from '../../core/jobs/jobRef.ts';
import type { JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { splitLines } from '../../core/jsonl/lines.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { Log } from '../../platform/log.ts';

/** What is known of a job's training file; a part is undefined while or where it cannot be known. */
type Knowledge = { readonly system: string | undefined; readonly singleTurn: boolean | undefined };

type KnowledgeServices = {
  readonly connections: Connections;
  readonly datasets: Datasets;
  readonly jobStore: JobStore;
  readonly jobOrigins: JobOrigins;
  readonly log: Log;
};

/** A service sends whole files only, so a large one is not asked for. */
const maxDownload = 4 * 1024 * 1024;

/**
 * How a tuned model wants to be asked, from its training file: the prompt noted when the job was made here, the file
 * itself where it still is, else the copy that the service keeps. Each job is looked up once.
 */
export class TrainingKnowledge {
  readonly #services: KnowledgeServices;
  readonly #facts = new Map<string, TrainingFacts | undefined>();
  readonly #reading = new Map<string, Promise<void>>();

  constructor(services: KnowledgeServices) {
    this.#services = services;
  }

  /** What is known now, without waiting. */
  get(ref: JobRef): Knowledge {
    const origin = this.#services.jobOrigins.get(ref);
    const facts = this.#facts.get(jobKey(ref));
    return {
      system: origin === undefined ? facts?.system : (origin.systemPrompt ?? ''),
      singleTurn: facts?.singleTurn,
    };
  }

  /** Looks the job up if that was not done yet; never rejects. What cannot be read now is tried again next time. */
  async learn(ref: JobRef, signal: AbortSignal): Promise<void> {
    const key = jobKey(ref);
    if (this.#facts.has(key)) return;
    const reading =
      this.#reading.get(key) ??
      this.#read(ref, signal)
        .then((facts) => void this.#facts.set(key, facts))
        .catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          this.#services.log.debug(`The training file of ${ref.jobId} could not be read: ${reason}`);
        })
        .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    await reading;
  }

  async #read(ref: JobRef, signal: AbortSignal): Promise<TrainingFacts | undefined> {
    const { connections, datasets, jobStore, jobOrigins } = this.#services;
    const origin = jobOrigins.get(ref);
    const local = origin && (await datasets.trainingFacts(vscode.Uri.parse(origin.trainingFile)));
    if (local !== undefined) return local;
    const record = jobStore.get(ref);
    const connection = connections.get(ref.connectionId);
    if (record === undefined || connection === undefined) throw new Error('the job is not known yet');
    const service = await connections.peek(connection, { signal });
    if (service === undefined) throw new Error('the service cannot be asked now');
    const file = await service.retrieveFile(record.job.training_file, signal);
    if (file.bytes > maxDownload) return undefined;
    return readTrainingFacts(splitLines(new TextDecoder().decode(await service.fileContent(file.id, signal, maxDownload))));
  }
}
