import { jobName } from '../../core/jobs/jobName.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { WireModel } from '../../core/providers/wire.ts';

/** One tuned model of a connection: as the service lists it, with the job it came of where that is known. */
export type TunedRow = { readonly model: string; readonly wire: WireModel | undefined; readonly record: JobRecord | undefined };

/**
 * The tuned models among what a service lists, newest first, and those that known jobs made: some services list only
 * base models. Checkpoints are inside their jobs.
 */
export function tunedRows(listed: readonly WireModel[], records: readonly JobRecord[]): readonly TunedRow[] {
  const jobs = new Map(records.flatMap((record) => (record.job.fine_tuned_model === null ? [] : [[record.job.fine_tuned_model, record] as const])));
  const tuned = listed.filter(({ id }) => jobs.has(id) || looksTuned(id));
  const names = new Set(tuned.map(({ id }) => id));
  const rows: TunedRow[] = tuned.map((wire) => ({ model: wire.id, wire, record: jobs.get(wire.id) }));
  for (const [model, record] of jobs) if (!names.has(model)) rows.push({ model, wire: undefined, record });
  return rows.sort((a, b) => ageOf(b) - ageOf(a));
}

/** `ft:<base>:...`, and Azure's `<base>.ft-<32 hex>`. */
function looksTuned(id: string): boolean {
  return (id.startsWith('ft:') || /\.ft-[0-9a-f]{32}/.test(id)) && !id.includes(':ckpt-step-');
}

function ageOf({ wire, record }: TunedRow): number {
  return record?.job.created_at ?? wire?.created ?? 0;
}

export function rowJobName({ record }: TunedRow): string | undefined {
  return record && jobName(record.job);
}
