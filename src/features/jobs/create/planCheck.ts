import * as vscode from 'vscode';
import { bySize, type FileTokens } from '../../../core/cost/fileTokens.ts';
import { estimateDuration, pastRunsOf, type DurationEstimate } from '../../../core/cost/duration.ts';
import { estimateCost, type CostEstimate } from '../../../core/cost/estimate.ts';
import { trainingPriceOf } from '../../../core/cost/price.ts';
import { formatsOf } from '../../../core/dataset/format.ts';
import { graderFieldsOf } from '../../../core/dataset/grader.ts';
import { judgePreflight, type FileFacts, type Preflight } from '../../../core/jobs/preflight/preflight.ts';
import { probeService, type Probe } from '../../../core/jobs/preflight/probe.ts';
import { ServiceError, type Service } from '../../../core/providers/port.ts';
import { findBaseModel } from '../../../core/providers/profile.ts';
import { encodingOf } from '../../../core/tokens/encodings.ts';
import { isCancellation } from '../../../platform/errorReport.ts';
import { countFileTokens } from '../../../platform/fileTokens.ts';
import { caps } from '../../../platform/spending.ts';
import type { FullPlan, PlanFile } from './jobPlan.ts';
import type { CreateServices } from './services.ts';

/** Everything that is known of a plan before anything is sent. */
export type PlanCheck = {
  readonly preflight: Preflight;
  readonly cost: CostEstimate;
  readonly duration: DurationEstimate | undefined;
  readonly training: CheckedFile;
  readonly validation: CheckedFile | undefined;
};

/** A file as it was when it was checked: what is sent must be the same. */
export type CheckedFile = FileFacts & {
  readonly file: PlanFile;
  /** Milliseconds since 1970; 0 for a file at the service. */
  readonly modifiedMs: number;
};

type Report = (message: string) => void;

/** The longest the cheap questions to a service may take. */
const probeMs = 20_000;

/** May this plan be trained? Nothing is uploaded and nothing costs. @throws vscode.CancellationError or what reading a file throws */
export async function checkPlan(services: CreateServices, plan: FullPlan, report: Report, signal: AbortSignal): Promise<PlanCheck> {
  const { connection, draft } = plan;
  const asking = ask(services, plan, signal);
  // Awaited below, once the files are read; a failure until then is not unhandled.
  asking.catch(() => {});
  report(vscode.l10n.t('checking {0}', plan.training.name));
  const training = await checkFile(services, plan, plan.training, 'training', signal);
  const validation = plan.validation && (await checkFile(services, plan, plan.validation, 'validation', signal));
  report(vscode.l10n.t('counting tokens'));
  const tokens = await countTokens(services, plan, training, signal);
  const validationTokens = validation && (await countTokens(services, plan, validation, signal));
  report(vscode.l10n.t('asking {0}', connection.label));
  const probe = await asking;
  const { profile } = connection;
  const price = trainingPriceOf(profile, draft.model);
  const given = { profile, model: draft.model, method: draft.method, epochs: draft.settings.nEpochs, price };
  const cost = estimateCost({ ...given, training: tokens, validation: validationTokens });
  const duration = estimateDuration(pastRunsOf(probe.jobs, draft.model), cost.billed.total);
  // What became of no job holds no money.
  await services.pendingNotes.giveUpOld();
  const now = Date.now();
  const high = cost.kind === 'dollars' ? cost.dollars.high : 0;
  const limits = caps();
  const own = plan.maxCost !== undefined && high > plan.maxCost ? ({ kind: 'job', cap: plan.maxCost, high } as const) : undefined;
  const preflight = judgePreflight({
    ...{ now, profile, training, validation, cost, duration, caps: withPlanCap(limits, plan.maxCost) },
    ...{ model: draft.model, method: draft.method, probedModel: probe.model },
    access: services.createMemory.of(connection).access,
    refusal: probe.asked ? probe.refusal : 'untold',
    breach: own ?? (await services.spending.breach(high, now)),
  });
  return { preflight, cost, duration, training, validation };
}

function withPlanCap(limits: ReturnType<typeof caps>, maxCost: number | undefined): ReturnType<typeof caps> {
  return maxCost === undefined ? limits : { ...limits, perJob: Math.min(maxCost, limits.perJob ?? maxCost) };
}

async function checkFile(
  { datasets, connections }: CreateServices,
  { connection, draft }: FullPlan,
  file: PlanFile,
  role: 'training' | 'validation',
  signal: AbortSignal,
): Promise<CheckedFile> {
  const { name } = file;
  if (file.kind === 'remote') {
    const service = await connections.service(connection, signal);
    const { bytes } = await service.retrieveFile(file.fileId, signal);
    // The service has trained on it before: its lines are as good as they were then.
    const facts = { name, bytes, examples: 1, errors: 0, warnings: 0, format: formatsOf[draft.method][0], firstError: undefined };
    return { ...facts, file, modifiedMs: 0 };
  }
  // Before the check: what changes during it is found when the bytes are sent.
  const { size, mtime } = await vscode.workspace.fs.stat(file.uri);
  const graderFields = draft.grader === undefined ? {} : { graderFields: graderFieldsOf(draft.grader) };
  const target = { connection, model: draft.model === '' ? undefined : draft.model, method: draft.method, ...graderFields };
  const { examples, errors, warnings, format, firstError } = await datasets.problems(file.uri, signal, role, target);
  return { name, bytes: size, examples, errors, warnings, format, firstError: firstError?.message, file, modifiedMs: mtime };
}

async function countTokens(
  { tokens }: CreateServices,
  { connection, draft }: FullPlan,
  { file, examples, bytes, errors }: CheckedFile,
  signal: AbortSignal,
): Promise<FileTokens> {
  if (file.kind === 'remote' || errors > 0) return bySize(examples, bytes);
  const base = findBaseModel(connection.profile, draft.model);
  const ownVocabulary = encodingOf(draft.model, connection.profile.id) !== undefined;
  const options = { examples, exampleTokens: base?.exampleTokens?.value, ownVocabulary };
  return countFileTokens(tokens, file.uri, options, signal);
}

/** `asked` is false where there is nobody to ask yet: the Local engine before its first job. */
async function ask({ connections }: CreateServices, { connection, draft }: FullPlan, signal: AbortSignal): Promise<Probe & { readonly asked: boolean }> {
  const untold: Probe = { jobs: [], refusal: undefined, model: { kind: 'untold' } };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(probeMs)]);
  try {
    const service = await reach(connections, connection, limited);
    return service === undefined ? { ...untold, asked: true } : { ...(await probeService(service, draft.model, limited)), asked: true };
  } catch (error) {
    if (signal.aborted || isCancellation(error)) throw new vscode.CancellationError();
    if (error instanceof ServiceError) return { ...untold, refusal: error, asked: true };
    throw error;
  }
}

/** The service, without starting the Local engine for a mere question. */
function reach(connections: CreateServices['connections'], connection: FullPlan['connection'], signal: AbortSignal): Promise<Service | undefined> {
  if (connection.profile.key === 'none') return connections.peek(connection, { start: 'ifStored', signal });
  return connections.service(connection, signal);
}
