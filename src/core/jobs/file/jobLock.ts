/** What a run of a job file was made of and what became of it, as it stands beside the file. */
export type JobLock = {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly job: string;
  readonly connection: string;
  /** Kind of service, and where it is; the key is nobody's business. */
  readonly provider: string;
  readonly baseURL: string | undefined;
  readonly model: string;
  readonly inputs: LockInputs;
};

/** SHA-256 in hexadecimal of everything that a run is made of, as on the disk. */
export type LockInputs = {
  readonly jobFile: string;
  readonly training: LockedFile;
  readonly validation: LockedFile | undefined;
};

export type LockedFile = { readonly file: string; readonly sha256: string; readonly bytes: number };

/** Reads what stands beside a job file; anything else than the expected shape counts as nothing. */
export function parseJobLock(text: string): JobLock | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['inputs'])) return undefined;
  const { date, job, connection, provider, baseURL, model } = value;
  const { jobFile } = value['inputs'];
  const training = readFile(value['inputs']['training']);
  const validation = readFile(value['inputs']['validation']);
  const texts = [date, job, connection, provider, model, jobFile];
  if (!texts.every((one) => typeof one === 'string') || training === undefined) return undefined;
  return {
    version: 1,
    date: String(date),
    job: String(job),
    connection: String(connection),
    provider: String(provider),
    baseURL: typeof baseURL === 'string' ? baseURL : undefined,
    model: String(model),
    inputs: { jobFile: String(jobFile), training, validation },
  };
}

export function formatJobLock(lock: JobLock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** True if a run would train on the same bytes with the same settings at the same place. */
export function isSameRun(lock: JobLock, inputs: LockInputs, connection: string): boolean {
  const same = (one: LockedFile | undefined, other: LockedFile | undefined): boolean => one?.sha256 === other?.sha256;
  return (
    lock.connection === connection &&
    lock.inputs.jobFile === inputs.jobFile &&
    same(lock.inputs.training, inputs.training) &&
    same(lock.inputs.validation, inputs.validation)
  );
}

function readFile(value: unknown): LockedFile | undefined {
  if (!isRecord(value)) return undefined;
  const { file, sha256, bytes } = value;
  return typeof file === 'string' && typeof sha256 === 'string' && typeof bytes === 'number' ? { file, sha256, bytes } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
