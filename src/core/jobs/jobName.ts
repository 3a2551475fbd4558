import type { WireJob } from '../providers/wire.ts';

/** What a person calls a job: its suffix, else the end of its tuned model's name, else the start of its id. */
export function jobName(job: WireJob): string {
  if (job.user_provided_suffix !== null) return job.user_provided_suffix;
  return job.fine_tuned_model === null ? shortJobId(job.id) : shortModelName(job.fine_tuned_model);
}

/** True if the name is more than the start of an id. */
export function isNamed(job: WireJob): boolean {
  return job.user_provided_suffix !== null || job.fine_tuned_model !== null;
}

/** The name where it says something, else with the base model, which is then what tells jobs apart. */
export function jobLabel(job: WireJob): string {
  return isNamed(job) ? jobName(job) : `${jobName(job)} · ${shortModelName(job.model)}`;
}

/** `ftjob-O1OEE7eEyFNJsO2Eu5otzWA8` -> `O1OEE7eE`. */
function shortJobId(jobId: string): string {
  return jobId.replace(/^ftjob-/, '').slice(0, 8);
}

/**
 * The part of a tuned model's name that tells it from others of the same base: suffix and id of
 * `ft:<base>:<organisation>:<suffix>:<id>`, the id of Azure's `<base>.ft-<32 hex>`, else the whole name. A
 * checkpoint's `:ckpt-step-<n>` stays.
 */
export function shortModelName(model: string): string {
  const azure = /\.ft-([0-9a-f]{8})[0-9a-f]{24}(:ckpt-step-\d+)?$/.exec(model);
  if (azure !== null) return `${azure[1]}${azure[2] ?? ''}`;
  const parts = model.split(':');
  if (parts[0] !== 'ft' || parts.length < 5) return model;
  return parts
    .slice(3)
    .filter((part) => part !== '')
    .join(':');
}
