import { t } from '@vscode/l10n';
import type { JobError } from '../core/providers/wire.ts';

/** What a person can do about a job that failed; whoever shows it binds a command to it. */
export type JobAdviceAction = 'openLine' | 'createAgain' | 'switchConnection' | 'showDiskUse';

export type JobAdvice = {
  readonly title: string;
  readonly next: string;
  readonly action: JobAdviceAction | undefined;
};

type Row = readonly [codes: readonly string[], pattern: RegExp | undefined, advice: () => JobAdvice];

/**
 * The failures of jobs that the API reference, public threads and the Local engine know (openai-openapi; the engine's
 * `src/engine/server`). The service's own sentence is always shown besides: it names examples and lines.
 */
const rows: readonly Row[] = [
  [[], /moderation|flagged|safety check/i, () => advice(t('Stopped by Moderation'), t('Change or remove the lines that it names; where it names none, look for the category.'), 'openLine')],
  [['invalid_n_examples'], undefined, () => advice(t('Too Few Examples'), t('Add examples to the file, then create the job again.'))],
  [['invalid_training_file', 'invalid_validation_file', 'invalid_file_format'], undefined, () => advice(t('File Not Accepted'), t('Correct the example that it names, then create the job again.'), 'openLine')],
  [['exceeded_quota', 'insufficient_quota', 'billing_hard_limit_reached'], undefined, () => advice(t('No Credit Left'), t('Add credit at the service, or train the same dataset on another connection.'), 'switchConnection')],
  [['disk_full'], undefined, () => advice(t('Disk Full'), t('Make room, then create the job again.'), 'showDiskUse')],
  [['training_diverged'], undefined, () => advice(t('Training Diverged'), t('Create it again with a smaller learning rate.'), 'createAgain')],
  [['server_error'], undefined, () => advice(t('Service Fault'), t('The data is not to blame. Create the job again with the same settings.'), 'createAgain')],
];

export function adviseOnJob(error: JobError | null): JobAdvice {
  const found = rows.find(([codes, pattern]) => codes.includes(error?.code ?? '') || pattern?.test(error?.message ?? '') === true);
  return found?.[2]() ?? advice(t('Failed'), t('Create it again, or ask the service’s support with the id of the job.'), 'createAgain');
}

function advice(title: string, next: string, action?: JobAdviceAction): JobAdvice {
  return { title, next, action };
}
