import type { MetricPoint } from '../core/metrics/points.ts';

/** Contract between the extension and the page of one job's metrics. */

/** What the page asks of the extension. */
export interface MetricsHost {
  /** The page is up: everything it shows, at once. Later news comes through MetricsPage. */
  ready(): MetricsState;
  /** Remembered for the next panel; this page keeps its own through `setState`. */
  rememberView(view: MetricsViewChoices): void;
  copy(params: { readonly text: string }): void;
  /** Asks for a place and writes the points there. */
  exportCsv(): void;
  openChat(params: { readonly model: string; readonly checkpoint?: number }): void;
  /** Asks the service again after an error. */
  retry(): void;
  showLog(): void;
}

/** What the extension tells the page. */
export interface MetricsPage {
  showJob(job: JobView): void;
  /** The points from index `from` on are replaced. */
  showPoints(params: { readonly from: number; readonly points: readonly MetricPoint[] }): void;
  /** The first `dropped` events are gone; of the rest, those from index `from` on are replaced. */
  showEvents(params: { readonly dropped: number; readonly from: number; readonly events: readonly EventView[] }): void;
}

export type MetricsState = {
  readonly strings: MetricsStrings;
  /** BCP 47, for numbers. */
  readonly locale: string;
  /** What a reload must know to show this job again; the page stores it with `setState`. */
  readonly ref: { readonly connectionId: string; readonly jobId: string };
  readonly view: MetricsViewChoices;
  readonly job: JobView;
  readonly points: readonly MetricPoint[];
  readonly events: readonly EventView[];
};

export type MetricsViewChoices = {
  /** Weight of the moving average, 0 (off) to 0.99. */
  readonly smoothing: number;
  readonly logLoss: boolean;
  readonly table: boolean;
};

/** Everything but points and events, in words. */
export type JobView = {
  /** Tuned model, suffix or job id: what the person knows this run by. */
  readonly title: string;
  readonly subtitle: string;
  readonly status: StatusView | null;
  readonly progress: ProgressView | null;
  readonly facts: readonly FactView[];
  readonly finals: readonly FinalView[];
  /** One sentence about the curves; '' if there is nothing to say. */
  readonly diagnosis: Remark | null;
  /** Other remarks: why the job failed, no validation file, the numbers are from a file. */
  readonly remarks: readonly Remark[];
  readonly checkpoints: readonly CheckpointView[];
  /** The tuned model, if it can be asked. */
  readonly chatModel: string | null;
  /** Why there are no points; shown instead of the charts while there are none. */
  readonly emptyText: string;
};

export type StatusTone = 'waiting' | 'running' | 'good' | 'bad' | 'stopped' | 'unknown';
type StatusView = { readonly tone: StatusTone; readonly text: string };
export type ProgressView = { readonly share: number | null; readonly text: string };
export type FactView = { readonly label: string; readonly value: string; readonly copy?: string; readonly missing?: true };
export type FinalView = { readonly label: string; readonly value: string; readonly note: string };
export type Remark = { readonly tone: 'info' | 'warning' | 'error'; readonly text: string; readonly canRetry?: true };
type CheckpointView = { readonly step: number; readonly model: string };
export type EventView = { readonly time: string; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

export type MetricsStrings = {
  readonly loss: string;
  readonly accuracy: string;
  readonly reward: string;
  readonly trainLoss: string;
  readonly validLoss: string;
  readonly fullValidLoss: string;
  readonly trainAccuracy: string;
  readonly validAccuracy: string;
  readonly fullValidAccuracy: string;
  readonly trainReward: string;
  readonly validReward: string;
  readonly fullValidReward: string;
  readonly step: string;
  /** {0} a step */
  readonly atStep: string;
  readonly latest: string;
  readonly noValue: string;
  readonly smoothing: string;
  readonly logLoss: string;
  readonly resetZoom: string;
  readonly charts: string;
  readonly table: string;
  readonly copyCsv: string;
  readonly exportCsv: string;
  readonly copied: string;
  readonly chartHelp: string;
  /** {0} series, {1} min step, {2} max step */
  readonly chartSummary: string;
  readonly facts: string;
  readonly finals: string;
  /** The same while the job still runs. */
  readonly latestValues: string;
  readonly events: string;
  readonly noEvents: string;
  readonly checkpoints: string;
  readonly chat: string;
  /** {0} a step */
  readonly chatCheckpoint: string;
  readonly copy: string;
  /** {0} a label */
  readonly copyFact: string;
  readonly retry: string;
  readonly showLog: string;
  readonly previousPage: string;
  readonly nextPage: string;
  /** {0} first row, {1} last row, {2} all rows */
  readonly rows: string;
  /** {0} a step */
  readonly goToStep: string;
  readonly logHidesZero: string;
  readonly info: string;
  readonly warning: string;
  readonly error: string;
};
