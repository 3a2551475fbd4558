import { posix } from 'node:path';
import * as vscode from 'vscode';
import { createOnce, type CreateOutcome, type LookOptions } from '../../../core/jobs/createOnce.ts';
import { toCreateRequest } from '../../../core/jobs/createRequest.ts';
import { requestIdKey } from '../../../core/jobs/jobOrigin.ts';
import { accessAfter } from '../../../core/jobs/preflight/access.ts';
import { ServiceError, type Service } from '../../../core/providers/port.ts';
import type { JobCreateRequest, WireJob } from '../../../core/providers/wire.ts';
import { breachText, dollarsText } from '../../../messages/cost.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { caps } from '../../../platform/spending.ts';
import { recipeOf } from '../recipeOf.ts';
import type { ConfirmedPlan } from './askPlan.ts';
import { answerTimeoutMs, lookSignal, settle } from './lostJob.ts';
import type { CheckedFile } from './planCheck.ts';
import { pause, sendFile } from './sendFile.ts';
import type { CreateServices } from './services.ts';

export type CreatedJob = { readonly job: WireJob; readonly requestId: string; readonly inputs: SentFiles };

/** Hashes of what was sent; undefined for a file that lay at the service. */
export type SentFiles = { readonly training: SentFile; readonly validation: SentFile | undefined };
export type SentFile = { readonly fileId: string; readonly sha256: string | undefined; readonly bytes: number };

type Report = (message: string) => void;

/** Something that the person already knows of, or that was just said to them. */
class Refusal extends Error {}

/**
 * Reserves the money, uploads the files and creates the job, with progress. Until the job is asked for the person can
 * cancel; after that the answer is awaited, because an unknown job would train and cost. Undefined if the person gave
 * up on a lost one.
 * @throws ServiceError, or an error whose message says why nothing was sent
 */
export async function submitPlan(services: CreateServices, confirmed: ConfirmedPlan): Promise<CreatedJob | undefined> {
  const { plan } = confirmed;
  const requestId = crypto.randomUUID();
  await reserve(services, confirmed, requestId);
  let asked = false;
  let job: WireJob;
  let sent: SentFiles;
  try {
    const title = vscode.l10n.t('Creating a fine-tuning job on {0}', plan.connection.label);
    const { service, request, outcome, options, inputs } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        const cancel = abortOnCancel(token);
        try {
          const report: Report = (message) => progress.report({ message });
          const { service: open, request: wanted, fresh, files } = await prepare(services, confirmed, requestId, report, cancel.signal);
          asked = true;
          const look: LookOptions = { freshFile: fresh, wait: pause, lookSignal };
          report(vscode.l10n.t('asking for the job'));
          return { ...(await ask(services, confirmed, open, wanted, look)), options: look, inputs: files };
        } finally {
          cancel.dispose();
        }
      },
    );
    const found = await settle(service, request, outcome, options);
    // Whoever gives up on a lost job is asked again when the same file is to be trained once more.
    if (found === undefined) return undefined;
    [job, sent] = [found, inputs];
  } catch (error) {
    // Only a refusal says that there is no job; after anything else there may be one, and it stays noted.
    if (asked && !(error instanceof ServiceError)) throw error;
    if (confirmed.check.cost.kind === 'dollars') await services.spending.append({ kind: 'released', id: requestId, at: Date.now() });
    if (asked) {
      await services.createMemory.settle(requestId);
      const access = accessAfter(error, Date.now());
      if (access !== undefined) await services.createMemory.learn(plan.connection, { access });
    }
    throw error;
  }
  await noteCreated(services, confirmed, job, requestId);
  return { job, requestId, inputs: sent };
}

/** The cap is kept here, once more and for all windows, before the first byte leaves. */
async function reserve({ spending }: CreateServices, { plan, check }: ConfirmedPlan, requestId: string): Promise<void> {
  const { cost } = check;
  if (cost.kind !== 'dollars') return;
  const { likely, high } = cost.dollars;
  const breach = await spending.reserve({
    ...{ kind: 'reserved', id: requestId, at: Date.now(), likely, high, price: cost.price.value },
    ...{ connection: plan.connection.id, model: plan.draft.model },
  });
  if (breach !== undefined) throw new Refusal(breachText(breach, vscode.env.language));
}

async function prepare(services: CreateServices, { plan, check }: ConfirmedPlan, requestId: string, report: Report, signal: AbortSignal) {
  const { connections, datasets, createMemory, jobOrigins } = services;
  const { connection, draft } = plan;
  const service = await connections.service(connection, signal);
  const keepsMetadata = connection.profile.capabilities.metadata && createMemory.of(connection).dropsMetadata !== true;
  const send = (file: CheckedFile): Promise<SentFile & { readonly fresh?: boolean }> => sendChecked(services, service, plan, file, keepsMetadata, report, signal);
  const training = await send(check.training);
  const validation = check.validation && (await send(check.validation));
  const local = check.training.file.kind === 'local' ? check.training.file.uri : undefined;
  const recipe = local?.scheme === 'file' ? await recipeOf(local) : undefined;
  const request = toCreateRequest(draft, connection.profile, {
    ...{ trainingFile: training.fileId, validationFile: validation?.fileId, requestId },
    ...{ datasetHash: training.sha256, recipe: recipe && posix.basename(recipe.path) },
  });
  await confirmServicePrice(services, service, request, { plan, check }, signal);
  if (local !== undefined) {
    const validationUri = check.validation?.file.kind === 'local' ? check.validation.file.uri : undefined;
    await jobOrigins.expect(requestId, {
      trainingFile: local.toString(),
      ...(validationUri === undefined ? {} : { validationFile: validationUri.toString() }),
      systemPrompt: (await datasets.trainingFacts(local))?.system,
      exampleCount: check.training.examples,
    });
  }
  signal.throwIfAborted();
  const fresh = training.fresh === true;
  await createMemory.expect({
    ...{ requestId, connectionId: connection.id, request, freshFile: fresh, at: Date.now() },
    trainingFile: local?.toString() ?? training.fileId,
  });
  return { service, request, fresh, files: { training, validation } };
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

/** Some services tell the price of a job once its file is there; if it is more than was confirmed, it is asked again. */
async function confirmServicePrice(
  { spending }: CreateServices,
  service: Service,
  request: JobCreateRequest,
  { plan, check }: ConfirmedPlan,
  signal: AbortSignal,
): Promise<void> {
  if (service.estimates === undefined || !plan.connection.profile.charges) return;
  const { price, allowed } = await service.estimates.price(request, signal);
  const locale = vscode.env.language;
  if (allowed === false) {
    throw new Refusal(vscode.l10n.t('The service wants {0} for this job, and the account does not cover it.', dollarsText(price, locale)));
  }
  const { cost } = check;
  if (cost.kind === 'dollars' && price <= cost.dollars.high) return;
  const cap = Math.min(caps().perJob ?? Number.POSITIVE_INFINITY, plan.maxCost ?? Number.POSITIVE_INFINITY);
  const held = cost.kind === 'dollars' ? cost.dollars.high : 0;
  // What is reserved already counts in the month.
  const breach = price > cap ? ({ kind: 'job', cap, high: price } as const) : await spending.breach(price - held, Date.now());
  if (breach !== undefined) throw new Refusal(breachText(breach, locale));
  const create = vscode.l10n.t('Create Job');
  const title = vscode.l10n.t('The service wants {0} for this job.', dollarsText(price, locale));
  const detail =
    cost.kind === 'dollars'
      ? vscode.l10n.t('That is more than the estimate that you confirmed ({0}).', dollarsText(cost.dollars.high, locale))
      : vscode.l10n.t('No price was known before.');
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, create)) !== create) throw new vscode.CancellationError();
}

async function ask(
  { createMemory }: CreateServices,
  { plan }: ConfirmedPlan,
  service: Service,
  request: JobCreateRequest,
  options: LookOptions,
): Promise<{ readonly service: Service; readonly request: JobCreateRequest; readonly outcome: CreateOutcome }> {
  const outcome = await createOnce(service, request, AbortSignal.timeout(answerTimeoutMs), options);
  const sent = request.metadata?.[requestIdKey];
  if (outcome.kind === 'created' && sent !== undefined && outcome.job.metadata?.[requestIdKey] !== sent) {
    await createMemory.learn(plan.connection, { dropsMetadata: true });
  }
  return { service, request, outcome };
}

async function noteCreated({ createMemory, spending }: CreateServices, { plan, check }: ConfirmedPlan, job: WireJob, requestId: string): Promise<void> {
  const at = Date.now();
  await createMemory.settle(requestId);
  await createMemory.learn(plan.connection, { access: { kind: 'open', at } });
  if (check.cost.kind === 'dollars') await spending.append({ kind: 'created', id: requestId, at, job: job.id });
}
