import { posix } from 'node:path';
import * as vscode from 'vscode';
import { createOnce, type CreateOutcome, type LookOptions } from '../../../core/jobs/createOnce.ts';
import { toCreateRequest } from '../../../core/jobs/createRequest.ts';
import { requestIdKey } from '../../../core/jobs/jobOrigin.ts';
import { accessAfter, type ServiceMemory } from '../../../core/jobs/preflight/access.ts';
import type { Service } from '../../../core/providers/port.ts';
import type { JobCreateRequest, WireJob } from '../../../core/providers/wire.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { pause } from '../pause.ts';
import { recipeOf } from '../recipeOf.ts';
import type { ConfirmedPlan } from './askPlan.ts';
import { askNoted, noteMade, written } from './bookkeeping.ts';
import { fileKey } from './jobPlan.ts';
import { answerTimeoutMs, lookSignal, settle } from './lostJob.ts';
import type { CheckedFile } from './planCheck.ts';
import { afterUpload, confirmServicePrice, Refusal, refuseAboveCaps, refuseUnpriced, reserve } from './reservation.ts';
import { sendFile } from './sendFile.ts';
import type { CreateServices } from './services.ts';

export type CreatedJob = { readonly job: WireJob; readonly requestId: string; readonly inputs: SentFiles };

/** Hashes of what was sent; undefined for a file that lay at the service. */
export type SentFiles = { readonly training: SentFile; readonly validation: SentFile | undefined };
export type SentFile = { readonly fileId: string; readonly sha256: string | undefined; readonly bytes: number };

type Report = (message: string) => void;

/**
 * Uploads the files, reserves the money and creates the job, with progress. Until the job is asked for the person can
 * cancel; after that the answer is awaited, because an unknown job would train and cost. Undefined if the person gave
 * up on a lost one.
 * @throws ServiceError, or an error whose message says why no job was asked for
 */
export async function submitPlan(services: CreateServices, confirmed: ConfirmedPlan): Promise<CreatedJob | undefined> {
  const { plan } = confirmed;
  const requestId = crypto.randomUUID();
  await refuseAboveCaps(services, confirmed);
  const title = vscode.l10n.t('Creating a fine-tuning job on {0}', plan.connection.label);
  const { service, request, outcome, look, files } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = abortOnCancel(token);
      try {
        return await sendAndAsk(services, confirmed, requestId, (message) => progress.report({ message }), cancel.signal);
      } finally {
        cancel.dispose();
      }
    },
  );
  const job = await settle(service, request, outcome, look);
  // Whoever gives up on a lost job is asked again when the same file is to be trained once more.
  if (job === undefined) {
    await written(services.log, 'The end of a request could not be noted', () => services.pendingNotes.end(requestId));
    return undefined;
  }
  await noteMade(services, requestId, job.id);
  await learn(services, plan, { access: { kind: 'open', at: Date.now() } });
  return { job, requestId, inputs: files };
}

async function sendAndAsk(services: CreateServices, confirmed: ConfirmedPlan, requestId: string, report: Report, signal: AbortSignal) {
  const { service, request, fresh, files } = await prepare(services, confirmed, requestId, report, signal);
  try {
    if (service.estimates !== undefined) report(vscode.l10n.t('asking for the price'));
    const told = await confirmServicePrice(services, service, request, confirmed, signal);
    const look: LookOptions = { freshFile: fresh, wait: pause, lookSignal };
    const steps = {
      note: () => noteRequest(services, confirmed, requestId, request, fresh),
      reserve: () => reserve(services, confirmed, requestId, told),
      ask: () => {
        report(vscode.l10n.t('asking for the job'));
        return ask(services, confirmed, service, request, look);
      },
    };
    return { service, request, outcome: await askNoted(services, requestId, steps, signal), look, files };
  } catch (error) {
    throw error instanceof Refusal ? afterUpload(error, confirmed) : error;
  }
}

async function prepare(services: CreateServices, confirmed: ConfirmedPlan, requestId: string, report: Report, signal: AbortSignal) {
  const { connections, createMemory } = services;
  const { plan, check } = confirmed;
  const { connection, draft } = plan;
  const service = await connections.service(connection, signal);
  refuseUnpriced(confirmed, service.estimates !== undefined);
  const keepsMetadata = connection.profile.capabilities.metadata && createMemory.of(connection).dropsMetadata !== true;
  const send = (file: CheckedFile): Promise<SentFile & { readonly fresh?: boolean }> => sendChecked(services, service, plan, file, keepsMetadata, report, signal);
  const training = await send(check.training);
  const validation = check.validation && (await send(check.validation));
  const local = localUri(check.training);
  const recipe = local?.scheme === 'file' ? await recipeOf(local) : undefined;
  const request = toCreateRequest(draft, connection.profile, {
    ...{ trainingFile: training.fileId, validationFile: validation?.fileId, requestId },
    ...{ datasetHash: training.sha256, recipe: recipe && posix.basename(recipe.path) },
  });
  return { service, request, fresh: training.fresh === true, files: { training, validation } };
}

/** What was going to be asked for is written down first, for a window that does not live to see the answer. */
async function noteRequest(
  { pendingNotes, datasets, jobOrigins }: CreateServices,
  { plan, check }: ConfirmedPlan,
  requestId: string,
  request: JobCreateRequest,
  freshFile: boolean,
): Promise<void> {
  const [training, validation] = [localUri(check.training), check.validation && localUri(check.validation)];
  if (training !== undefined) {
    await jobOrigins.expect(requestId, {
      trainingFile: training.toString(),
      ...(validation === undefined ? {} : { validationFile: validation.toString() }),
      systemPrompt: (await datasets.trainingFacts(training))?.system,
      exampleCount: check.training.examples,
    });
  }
  await pendingNotes.expect({
    ...{ requestId, connectionId: plan.connection.id, request, freshFile, at: Date.now() },
    trainingFile: fileKey(check.training.file),
  });
}

function localUri({ file }: CheckedFile): vscode.Uri | undefined {
  return file.kind === 'local' ? file.uri : undefined;
}

async function sendChecked(
  services: CreateServices,
  service: Service,
  { connection, draft }: ConfirmedPlan['plan'],
  { file, name, bytes, modifiedMs }: CheckedFile,
  reuse: boolean,
  report: Report,
  signal: AbortSignal,
): Promise<SentFile & { readonly fresh?: boolean }> {
  if (file.kind === 'remote') return { fileId: file.fileId, sha256: undefined, bytes };
  const { size, mtime } = await vscode.workspace.fs.stat(file.uri);
  if (size !== bytes || mtime !== modifiedMs) {
    throw new Refusal(vscode.l10n.t('{0} changed after it was checked. Create the job again.', name));
  }
  const sent = await sendFile(
    services,
    { service, connection, model: draft.model, file: { uri: file.uri, name, bytes, modifiedMs }, reuse, report },
    signal,
  );
  return { fileId: sent.fileId, sha256: sent.sha256, bytes, fresh: sent.how !== 'reused' };
}

async function ask(
  services: CreateServices,
  { plan }: ConfirmedPlan,
  service: Service,
  request: JobCreateRequest,
  options: LookOptions,
): Promise<CreateOutcome> {
  try {
    const outcome = await createOnce(service, request, AbortSignal.timeout(answerTimeoutMs), options);
    const sent = request.metadata?.[requestIdKey];
    if (outcome.kind === 'created' && sent !== undefined && outcome.job.metadata?.[requestIdKey] !== sent) {
      await learn(services, plan, { dropsMetadata: true });
    }
    return outcome;
  } catch (error) {
    const access = accessAfter(error, Date.now());
    if (access !== undefined) await learn(services, plan, { access });
    throw error;
  }
}

async function learn({ createMemory, log }: CreateServices, { connection }: ConfirmedPlan['plan'], learnt: ServiceMemory): Promise<void> {
  await written(log, 'What an answer taught could not be kept', () => createMemory.learn(connection, learnt));
}
