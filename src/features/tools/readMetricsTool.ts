import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import { Curve } from '../../core/metrics/curve.ts';
import { diagnose } from '../../core/metrics/diagnosis.ts';
import { EventPoints } from '../../core/metrics/eventPoints.ts';
import { measures, mergePoints, toPoint, toPointsFromCheckpoints, type MetricPoint } from '../../core/metrics/points.ts';
import { decodeResultFile, parseResultFile } from '../../core/metrics/resultFile.ts';
import { summarize } from '../../core/metrics/summary.ts';
import { explainDiagnosis } from '../../messages/diagnosis.ts';
import type { Connection } from '../../platform/connections.ts';
import type { ToolServices } from './index.ts';
import { readConnection, type Tool } from './tool.ts';

/** A model reads a curve by its shape, and pays for every point. */
const toldPoints = 40;
const patienceMs = 60_000;

/** The training curve of one job in few numbers. */
export function readMetricsTool(services: ToolServices): Tool {
  const { connections, jobStore, jobWatcher } = services;
  return {
    name: 'tunesmith_read_metrics',
    run: async (input) => {
      const connection = readConnection(connections, input);
      const jobId = input['job'];
      if (typeof jobId !== 'string' || jobId === '') throw new Error('Name the job by its id; tunesmith_list_jobs tells it.');
      const ref = { connectionId: connection.id, jobId };
      const watching = jobWatcher.watch(ref);
      try {
        await jobWatcher.refresh(connection.id);
      } finally {
        watching.dispose();
      }
      const record = jobStore.get(ref);
      if (record === undefined) throw new Error(`${connection.label} has no job ${jobId}. tunesmith_list_jobs tells which there are.`);
      const curve = new Curve();
      curve.update(await readPoints(services, connection, record));
      return {
        job: jobId,
        status: record.job.status,
        diagnosis: explainDiagnosis(diagnose(curve), 'en'),
        summary: summarize(curve),
        curve: thin(curve.points),
        checkpoints: record.checkpoints.map(({ step_number: step, fine_tuned_model_checkpoint: model, metrics }) => ({ step, model, metrics })),
      };
    },
  };
}

/** From events and checkpoints; a service's own list of steps, or the result file, fills in where those tell no steps. */
async function readPoints({ connections }: ToolServices, connection: Connection, record: JobRecord): Promise<readonly MetricPoint[]> {
  const { job, checkpoints, events } = record;
  const known = mergePoints(toPointsFromCheckpoints(checkpoints), new EventPoints().update(events));
  if (known.length > checkpoints.length) return known;
  const signal = AbortSignal.timeout(patienceMs);
  const service = await connections.service(connection, signal);
  const steps = (await service.metrics?.steps(job.id, 0, signal)) ?? [];
  const told = steps.flatMap((step) => toPoint(step.step, Object.entries(step)) ?? []);
  const [fileId] = job.result_files;
  if (told.length > 0 || fileId === undefined || !isTerminal(job)) return mergePoints(known, told);
  return mergePoints(known, parseResultFile(decodeResultFile(await service.fileContent(fileId, signal))));
}

/** Evenly chosen points, the first and the last among them. */
function thin(points: readonly MetricPoint[]): readonly Readonly<Record<string, number>>[] {
  const step = Math.max(1, (points.length - 1) / (toldPoints - 1));
  const count = Math.min(points.length, toldPoints);
  return Array.from({ length: count }, (_, index) => points[Math.round(index * step)])
    .filter((point) => point !== undefined)
    .map((point) => Object.fromEntries([['step', point.step], ...measures.flatMap((measure) => (point[measure] === undefined ? [] : [[measure, point[measure]]]))]));
}
