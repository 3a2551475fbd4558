import { decodeResultFile, parseResultFile } from '../../core/metrics/resultFile.ts';
import type { MetricPoint } from '../../core/metrics/points.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { Connection, Connections } from '../../platform/connections.ts';

export type ResultPoints = { readonly fileId: string; readonly points: readonly MetricPoint[] };

/** The result file to read for a job whose events do not hold the whole curve; undefined if there is none to read. */
export function pickResultFile(record: JobRecord, known: readonly MetricPoint[]): string | undefined {
  const fileId = record.job.result_files[0];
  if (fileId === undefined || !isTerminal(record.job)) return undefined;
  const withTraining = known.filter((point) => point.trainLoss !== undefined || point.trainReward !== undefined);
  const last = withTraining.at(-1)?.step ?? 0;
  const steps = withTraining.filter((point) => point.step > 0).length;
  return last > 0 && steps >= last ? undefined : fileId;
}

/** Reads a result file. Undefined where the service cannot be asked without bothering the person; throws ServiceError. */
export async function readResultPoints(
  connections: Connections,
  connection: Connection,
  fileId: string,
  signal: AbortSignal,
): Promise<ResultPoints | undefined> {
  const service = await connections.peek(connection, { signal });
  if (service === undefined) return undefined;
  return { fileId, points: parseResultFile(decodeResultFile(await service.fileContent(fileId, signal))) };
}
