import { posix } from 'node:path';
import * as vscode from 'vscode';
import { createOnce, searchRequested, type CreateOutcome } from '../../../core/jobs/createOnce.ts';
import { toCreateRequest } from '../../../core/jobs/jobDraft.ts';
import { requestIdKey } from '../../../core/jobs/jobOrigin.ts';
import { ServiceError, type Service } from '../../../core/providers/port.ts';
import type { JobCreateRequest, WireFile, WireJob } from '../../../core/providers/wire.ts';
import type { Connections } from '../../../platform/connections.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { explainError } from '../../../platform/errorReport.ts';
import { fileBytes } from '../../../platform/fileBytes.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import type { CheckedFile, FullPlan } from './jobPlan.ts';

export type SubmitServices = {
  readonly connections: Connections;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
};

type CreatedJob = { readonly job: WireJob; readonly requestId: string | undefined };

type Report = (message: string) => void;

/** The longest a service may take to accept a job or to process a file. */
const answerTimeoutMs = 120_000;
const fileTimeoutMs = 600_000;
const filePollMs = 1_000;

/**
 * Uploads the files and creates the job, with progress. Until the job is asked for the person can cancel; after that
 * the answer is awaited, because an unknown job would train and cost. Undefined if the person gave up on a lost one.
 * @throws ServiceError
 */
export async function submitPlan(services: SubmitServices, plan: FullPlan): Promise<CreatedJob | undefined> {
  const title = vscode.l10n.t('Creating a fine-tuning job on {0}', plan.connection.label);
  const { service, request, outcome } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = abortOnCancel(token);
      try {
        const report: Report = (message) => progress.report({ message });
        return await send(services, plan, report, cancel.signal);
      } finally {
        cancel.dispose();
      }
    },
  );
  const job = await settle(service, request, outcome);
  return job && { job, requestId: request.metadata?.[requestIdKey] };
}

async function send(services: SubmitServices, plan: FullPlan, report: Report, signal: AbortSignal) {
  const service = await services.connections.service(plan.connection, signal);
  const trainingFile = await upload(service, plan.training, report, signal);
  const validationFile = plan.validation && (await upload(service, plan.validation, report, signal));
  const facts = await services.datasets.trainingFacts(plan.training.uri);
  const requestId = crypto.randomUUID();
  await services.jobOrigins.expect(requestId, {
    trainingFile: plan.training.uri.toString(),
    ...(plan.validation === undefined ? {} : { validationFile: plan.validation.uri.toString() }),
    systemPrompt: facts?.system,
    exampleCount: plan.training.examples,
  });
  signal.throwIfAborted();
  report(vscode.l10n.t('asking for the job'));
  const request = toCreateRequest(plan.draft, plan.connection.profile, { trainingFile, validationFile }, requestId);
  const outcome = await createOnce(service, request, AbortSignal.timeout(answerTimeoutMs));
  return { service, request, outcome };
}

/** Asks what to do about a lost answer until there is a job or the person gives up. */
async function settle(service: Service, request: JobCreateRequest, given: CreateOutcome): Promise<WireJob | undefined> {
  let outcome = given;
  while (outcome.kind === 'lost') {
    const look = vscode.l10n.t('Look Again');
    const resend = vscode.l10n.t('Create Again');
    const message = outcome.looked
      ? vscode.l10n.t('The answer to the new job was lost, and the newest jobs do not name it.')
      : vscode.l10n.t('The answer to the new job was lost, and the jobs could not be read.');
    const detail = vscode.l10n.t(
      'It may appear late. Creating it again can make a second one. {0}',
      explainError(outcome.error),
    );
    const choices = outcome.looked ? [look, resend] : [look];
    const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...choices);
    if (chosen === undefined) return undefined;
    const signal = AbortSignal.timeout(answerTimeoutMs);
    outcome = await searchRequested(service, request, outcome.error, signal);
    // The last look comes right before the second request, which only its being in vain allows.
    const unseen = outcome.kind === 'lost' && outcome.looked;
    if (chosen === resend && unseen) outcome = await createOnce(service, request, signal);
  }
  return outcome.job;
}

async function upload(service: Service, file: CheckedFile, report: Report, signal: AbortSignal): Promise<string> {
  const name = posix.basename(file.uri.path);
  let sent = 0;
  let shown = -1;
  const { size, chunks } = await fileBytes(file.uri, signal);
  const open = async function* () {
    for await (const chunk of chunks) {
      sent += chunk.byteLength;
      const percent = Math.min(100, Math.floor((100 * sent) / Math.max(1, size)));
      if (percent !== shown) report(vscode.l10n.t('uploading {0}, {1} %', name, (shown = percent)));
      yield chunk;
    }
  };
  const uploaded = await service.uploadFile({ filename: name, bytes: size, open }, signal);
  return (await awaitProcessed(service, uploaded, report, signal)).id;
}

/** Some services refuse a job whose file they have not read yet. */
async function awaitProcessed(
  service: Service,
  uploaded: WireFile,
  report: Report,
  signal: AbortSignal,
): Promise<WireFile> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(fileTimeoutMs)]);
  let file = uploaded;
  while (file.status === 'pending' || file.status === 'processing') {
    report(vscode.l10n.t('waiting for {0} to be processed', file.filename));
    await new Promise((resolve) => setTimeout(resolve, filePollMs));
    file = await service.retrieveFile(file.id, end);
  }
  if (file.status !== 'error') return file;
  const reason = file.status_details ?? vscode.l10n.t('The service could not read {0}.', file.filename);
  throw new ServiceError(reason, { kind: 'rejected', param: 'training_file' });
}
