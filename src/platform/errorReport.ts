import * as vscode from 'vscode';
import { commandIds, settingIds } from '../contributions.ts';
import { ServiceError } from '../core/providers/port.ts';
import { withoutLinks } from '../messages/plainText.ts';
import { adviseOn, explainServiceError, type AdviceAction } from '../messages/serviceErrors.ts';
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

/** What the table of errors advises, as a button; undefined where there is nothing to do from here. */
export function adviceActionOf(error: unknown, connectionId?: string): ErrorAction | undefined {
  const action = error instanceof ServiceError ? adviseOn(error).action : undefined;
  return action === undefined ? undefined : toAction(action, connectionId);
}

function toAction(action: AdviceAction, connectionId: string | undefined): ErrorAction {
  const t = vscode.l10n.t;
  const command = (title: string, id: string, argument?: unknown): ErrorAction => ({
    title,
    run: () => vscode.commands.executeCommand(id, argument),
  });
  switch (action) {
    case 'setKey':
      return command(t('Set API Key…'), commandIds.connectionsSetKey, connectionId);
    case 'switchConnection':
      return command(t('Switch Connection…'), commandIds.connectionsSwitch);
    case 'addConnection':
      return command(t('Add Connection…'), commandIds.connectionsAdd);
    case 'refreshJobs':
      return command(t('Refresh'), commandIds.jobsRefresh);
    case 'manageTrust':
      return command(t('Manage Trust'), 'workbench.trust.manage');
    case 'proxySettings':
      return command(t('Proxy Settings'), 'workbench.action.openSettings', 'http.proxy');
    case 'connectionSettings':
      return command(t('Open Settings'), 'workbench.action.openSettings', settingIds.connections);
    case 'showEngineLog':
      return command(t('Show Engine Log'), commandIds.engineShowLog);
    case 'restartEngine':
      return command(t('Restart Engine'), commandIds.engineRestart);
    case 'showDiskUse':
      return command(t('Show Disk Use'), commandIds.engineShowDiskUse);
    default:
      return action satisfies never;
  }
}

/**
 * Shows one message: what failed (`what`, a whole clause such as "The job could not be created"), why, and what to
 * do next. Says nothing when the person cancelled. Resolves once the message was answered or put away.
 * @param actions come first; the advice of the table of errors follows unless they are two already
 */
export async function reportError(what: string, error: unknown, log: Log, ...actions: ErrorAction[]): Promise<void> {
  if (isCancellation(error)) return;
  log.error(what, error);
  const advice = adviceActionOf(error);
  const advised = advice === undefined || actions.length > 1 || actions.some(({ title }) => title === advice.title) ? [] : [advice];
  const showLog: ErrorAction = { title: vscode.l10n.t('Show Log'), run: () => log.show() };
  const all = [...actions, ...advised, showLog];
  // A service says what it likes.
  const message = withoutLinks(vscode.l10n.t('{0}: {1}', what, explainError(error)));
  const chosen = await vscode.window.showErrorMessage(message, ...all.map((action) => action.title));
  await all.find((action) => action.title === chosen)?.run();
}
