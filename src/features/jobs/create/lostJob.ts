import * as vscode from 'vscode';
import { createOnce, searchRequested, type CreateOutcome, type LookOptions } from '../../../core/jobs/createOnce.ts';
import { ServiceError, type Service } from '../../../core/providers/port.ts';
import type { JobCreateRequest, WireJob } from '../../../core/providers/wire.ts';
import { explainError } from '../../../platform/errorReport.ts';

/** The longest a service may take to accept a job. */
export const answerTimeoutMs = 120_000;

/** Each look at the jobs has its own time. */
export function lookSignal(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** Asks what to do about a lost answer until there is a job or the person gives up. */
export async function settle(
  service: Service,
  request: JobCreateRequest,
  given: CreateOutcome,
  options: LookOptions,
): Promise<WireJob | undefined> {
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
    outcome = await searchRequested(service, request, outcome.error, signal, options);
    // The last look comes right before the second request, which only its being in vain allows.
    const unseen = outcome.kind === 'lost' && outcome.looked;
    if (chosen === resend && unseen) outcome = await resent(service, request, signal, options);
  }
  return outcome.job;
}

/** A second request that is refused says nothing about the first. */
async function resent(service: Service, request: JobCreateRequest, signal: AbortSignal, options: LookOptions): Promise<CreateOutcome> {
  try {
    return await createOnce(service, request, signal, options);
  } catch (error) {
    if (error instanceof ServiceError) return { kind: 'lost', looked: true, error };
    throw error;
  }
}
