import * as vscode from 'vscode';
import { ServiceError } from '../core/providers/port.ts';
import { explainServiceError } from '../messages/serviceErrors.ts';
import type { Log } from './log.ts';

/** One thing the person can do about an error, as a button of the message. */
export type ErrorAction = { readonly title: string; run(): unknown };

/** True for everything that only means "the person stopped this". */
export function isCancellation(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  if (error instanceof ServiceError) return error.facts.kind === 'cancelled';
  return error instanceof Error && error.name === 'AbortError';
}

/** What a person reads about an error: the service's reason explained, or the error's own sentence. */
export function explainError(error: unknown): string {
  if (error instanceof ServiceError) return explainServiceError(error);
  return error instanceof Error ? error.message : String(error);
}

/**
 * Shows one message: what failed (`what`, a whole clause such as "The job could not be created"), why, and what to
 * do next. Says nothing when the person cancelled. Resolves once the message was answered or put away.
 */
export async function reportError(what: string, error: unknown, log: Log, ...actions: ErrorAction[]): Promise<void> {
  if (isCancellation(error)) return;
  log.error(what, error);
  const showLog: ErrorAction = { title: vscode.l10n.t('Show Log'), run: () => log.show() };
  const all = [...actions, showLog];
  const message = vscode.l10n.t('{0}: {1}', what, explainError(error));
  const chosen = await vscode.window.showErrorMessage(message, ...all.map((action) => action.title));
  await all.find((action) => action.title === chosen)?.run();
}
