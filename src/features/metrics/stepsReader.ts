import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { JobRecord, JobRef } from '../../core/jobs/jobStore.ts';
import { firstDifference, mergePoints, toPoint, type MetricPoint } from '../../core/metrics/points.ts';
import type { Connections } from '../../platform/connections.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';

type ReaderServices = { readonly connections: Connections; readonly log: Log };

/** Milliseconds between two questions while a job runs. */
const pauseMs = 10_000;

/** The points of one job of a service that keeps a list of steps itself (Together). Only what is new is asked for. */
export class StepsReader {
  readonly #ref: JobRef;
  readonly #services: ReaderServices;
  readonly #signal: AbortSignal;
  readonly #onNews: () => void;
  #points: readonly MetricPoint[] = [];
  #asking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** The job had ended when it was asked for the last time. */
  #isComplete = false;
  #failure: string | undefined;

  constructor(ref: JobRef, services: ReaderServices, signal: AbortSignal, onNews: () => void) {
    this.#ref = ref;
    this.#services = services;
    this.#signal = signal;
    this.#onNews = onNews;
  }

  /** Ascending; the same array while nothing is new. */
  get points(): readonly MetricPoint[] {
    return this.#points;
  }

  /** Asks if the service has such a list and the last question is some seconds ago; calls back when there is news. */
  read({ job }: JobRecord): void {
    const connection = this.#services.connections.get(this.#ref.connectionId);
    const hasRoute = connection?.profile.capabilities.stepMetrics.includes('metricsRoute') === true;
    const ended = isTerminal(job);
    const isEarly = performance.now() - this.#askedAt < pauseMs && !(ended && this.#failure === undefined);
    if (!hasRoute || this.#asking || this.#isComplete || isEarly) return;
    this.#asking = true;
    void this.#ask(ended).finally(() => {
      this.#asking = false;
      this.#askedAt = performance.now();
    });
  }

  async #ask(ended: boolean): Promise<void> {
    const { connections, log } = this.#services;
    const connection = connections.get(this.#ref.connectionId);
    try {
      const service = connection && (await connections.peek(connection, { signal: this.#signal }));
      if (service?.metrics === undefined) return;
      // The last step is asked for again: its evaluation may have come after it.
      const from = this.#points.at(-1)?.step ?? 0;
      const steps = await service.metrics.steps(this.#ref.jobId, from, this.#signal);
      this.#failure = undefined;
      this.#isComplete = ended;
      const points = steps.flatMap((step) => toPoint(step.step, Object.entries(step)) ?? []);
      const merged = mergePoints(this.#points, points);
      if (firstDifference(merged, this.#points) === merged.length) return;
      this.#points = merged;
      this.#onNews();
    } catch (error) {
      if (isCancellation(error)) return;
      const reason = explainError(error);
      if (reason !== this.#failure) log.warn(`The steps of ${this.#ref.jobId} could not be read: ${reason}`);
      this.#failure = reason;
    }
  }
}
