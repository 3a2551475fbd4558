import { terminalJobStatuses } from '../providers/wire.ts';

/** What a status means to a person; services use several words for one meaning, and words we do not know. */
export type JobPhase =
  | 'created'
  | 'validating'
  | 'queued'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'cancelling'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'unknown';

export type JobStatus = {
  readonly phase: JobPhase;
  /** The service's own word. */
  readonly status: string;
  /** Codicon. */
  readonly icon: string;
  /** Theme colour of the icon; undefined = the text's own. */
  readonly color: string | undefined;
  /** Nothing will change any more. */
  readonly terminal: boolean;
  readonly cancelable: boolean;
};

type Look = Omit<JobStatus, 'status' | 'phase'>;

const looks: Readonly<Record<JobPhase, Look>> = {
  created: { icon: 'clock', color: undefined, terminal: false, cancelable: true },
  validating: { icon: 'checklist', color: 'charts.blue', terminal: false, cancelable: true },
  queued: { icon: 'clock', color: 'charts.blue', terminal: false, cancelable: true },
  running: { icon: 'sync~spin', color: 'charts.blue', terminal: false, cancelable: true },
  pausing: { icon: 'debug-pause', color: 'charts.yellow', terminal: false, cancelable: true },
  paused: { icon: 'debug-pause', color: 'charts.yellow', terminal: false, cancelable: true },
  cancelling: { icon: 'circle-slash', color: 'charts.yellow', terminal: false, cancelable: false },
  succeeded: { icon: 'pass', color: 'testing.iconPassed', terminal: true, cancelable: false },
  failed: { icon: 'error', color: 'testing.iconFailed', terminal: true, cancelable: false },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground', terminal: true, cancelable: false },
  unknown: { icon: 'question', color: undefined, terminal: false, cancelable: true },
};

/** OpenAI's words, Azure's `pending`, and `created` of older OpenAI answers. */
const phases: ReadonlyMap<string, JobPhase> = new Map<string, JobPhase>([
  ['created', 'created'],
  ['pending', 'created'],
  ['validating_files', 'validating'],
  ['queued', 'queued'],
  ['running', 'running'],
  ['pausing', 'pausing'],
  ['paused', 'paused'],
  ['cancelling', 'cancelling'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['cancelled', 'cancelled'],
]);

/** How to show a job's status. A status nobody documented is not terminal and is shown in the service's own word. */
export function describeStatus(status: string): JobStatus {
  const phase = phases.get(status) ?? 'unknown';
  return { phase, status, ...looks[phase] };
}

export function isTerminal(job: { readonly status: string }): boolean {
  return terminalJobStatuses.has(job.status);
}
