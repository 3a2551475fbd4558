import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { Curve } from '../../core/metrics/curve.ts';
import { EventPoints } from '../../core/metrics/eventPoints.ts';
import { mergePoints, toPointsFromCheckpoints, type MetricPoint } from '../../core/metrics/points.ts';
import { decodeResultFile, parseResultFile } from '../../core/metrics/resultFile.ts';
import type { Connections } from '../../platform/connections.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import { StepsReader } from './stepsReader.ts';

type CurveServices = { readonly connections: Connections; readonly jobStore: JobStore; readonly log: Log };

/** The points of one job: what events, checkpoints and the service's own list tell, and its result file in their gaps. */
export class JobCurve {
  readonly #ref: JobRef;
  readonly #services: CurveServices;
  readonly #signal: AbortSignal;
  readonly #onNews: () => void;
  #result: { readonly fileId: string; readonly points: readonly MetricPoint[] } | undefined;
  #failed: { readonly fileId: string; readonly reason: string } | undefined;
  #reading: string | undefined;
  /** What the curve was made of last: a long job has thousands of events, and most updates bring none. */
  #drawnFrom: readonly unknown[] | undefined;
  readonly #events = new EventPoints();
  readonly #steps: StepsReader;
  readonly #curve = new Curve();

  constructor(ref: JobRef, services: CurveServices, signal: AbortSignal, onNews: () => void) {
    this.#ref = ref;
    this.#services = services;
    this.#signal = signal;
    this.#onNews = onNews;
    this.#steps = new StepsReader(ref, services, signal, onNews);
  }

  toCurve({ checkpoints, events }: JobRecord): Curve {
    const from = [checkpoints, events, this.#result, this.#steps.points] as const;
    if (from.some((part, index) => part !== this.#drawnFrom?.[index])) {
      const known = [toPointsFromCheckpoints(checkpoints), this.#events.update(events), this.#steps.points];
      this.#curve.update(mergePoints(...known, this.#result?.points ?? []));
      this.#drawnFrom = from;
    }
    return this.#curve;
  }

  /** Why the result file could not be read. */
  get fault(): string | undefined {
    return this.#failed?.reason;
  }

  retry(): void {
    this.#failed = undefined;
  }

  /**
   * Reads the service's own list of steps, where it has one, and the result file once the job is over and not every
   * step is known; calls back when there is news.
   */
  read(): void {
    const record = this.#services.jobStore.get(this.#ref);
    if (record !== undefined) this.#steps.read(record);
    const fileId = record && pickResultFile(record, this.toCurve(record).points);
    if (fileId === undefined || [this.#reading, this.#result?.fileId, this.#failed?.fileId].includes(fileId)) return;
    this.#reading = fileId;
    void this.#fetch(fileId).finally(() => {
      this.#reading = undefined;
    });
  }

  async #fetch(fileId: string): Promise<void> {
    const { connections, log } = this.#services;
    const connection = connections.get(this.#ref.connectionId);
    try {
      // Without a service that answers at once this is left for the next news.
      const service = connection && (await connections.peek(connection, { signal: this.#signal }));
      if (service === undefined) return;
      const points = parseResultFile(decodeResultFile(await service.fileContent(fileId, this.#signal)));
      this.#result = { fileId, points };
    } catch (error) {
      if (isCancellation(error)) return;
      log.error(`The result file of ${this.#ref.jobId} could not be read`, error);
      this.#failed = { fileId, reason: explainError(error) };
    }
    this.#onNews();
  }
}

function pickResultFile(record: JobRecord, known: readonly MetricPoint[]): string | undefined {
  const fileId = record.job.result_files[0];
  if (fileId === undefined || !isTerminal(record.job)) return undefined;
  const trained = known.filter((point) => point.trainLoss !== undefined || point.trainReward !== undefined);
  const last = trained.at(-1)?.step ?? 0;
  const steps = trained.filter((point) => point.step > 0).length;
  return last > 0 && steps >= last ? undefined : fileId;
}
