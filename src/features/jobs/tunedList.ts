import { jobName } from '../../core/jobs/jobName.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { WireModel } from '../../core/providers/wire.ts';

/** One tuned model of a connection: as the service lists it, with the job it came of where that is known. */
export type TunedRow = { readonly model: string; readonly wire: WireModel | undefined; readonly record: JobRecord | undefined };

/** Models that jobs made so long before a list that it would name them, had they not been deleted; clocks differ. */
const surelyListedMs = 5 * 60_000;

/** What a service said of its models. `lists`: it is known to list tuned ones, and did so `at` milliseconds since 1970. */
export type ModelListing = { readonly items: readonly WireModel[]; readonly lists: boolean; readonly at: number };

/**
 * The tuned models among what a service lists, newest first, and those that known jobs made: some services list only
 * base models. Checkpoints are inside their jobs.
 */
export function tunedRows(listing: ModelListing, all: readonly JobRecord[]): readonly TunedRow[] {
  const listed = listing.items;
  const records = all.filter((record) => !isDeleted(record, listing));
  const jobs = new Map(records.flatMap((record) => (record.job.fine_tuned_model === null ? [] : [[record.job.fine_tuned_model, record] as const])));
  const tuned = listed.filter(({ id }) => jobs.has(id) || looksTuned(id));
  const names = new Set(tuned.map(({ id }) => id));
  const rows: TunedRow[] = tuned.map((wire) => ({ model: wire.id, wire, record: jobs.get(wire.id) }));
  for (const [model, record] of jobs) if (!names.has(model)) rows.push({ model, wire: undefined, record });
  return rows.sort((a, b) => ageOf(b) - ageOf(a));
}

/** True for a job whose model its service does not list any more. */
export function isDeleted({ job }: JobRecord, { items, lists, at }: ModelListing): boolean {
  const { fine_tuned_model: model, finished_at: finished } = job;
  if (!lists || model === null || finished === null || finished * 1_000 + surelyListedMs > at) return false;
  return items.every(({ id }) => id !== model);
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
