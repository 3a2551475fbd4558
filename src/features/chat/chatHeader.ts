import * as vscode from 'vscode';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import { daysLeft, shortLifeDays } from '../../core/models/modelLife.ts';
import { ServiceError } from '../../core/providers/port.ts';
import { troubleOf } from '../../core/providers/trouble.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import { explainError } from '../../platform/errorReport.ts';
import { lifeSentence, lifeText } from '../../messages/models.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import type { ChatHeader, ChatReadiness, ModelView } from '../../protocol/chat.ts';
import type { ChatSession } from './chatSession.ts';
import type { TrainingKnowledge } from './trainingKnowledge.ts';
import { listTunedModels, listUndeployed, toModelDetail, toModelName } from './tunedModels.ts';

export type HeaderServices = {
  readonly connections: Connections;
  readonly deployed: DeployedModels;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly lives: ModelLives;
  readonly knowledge: TrainingKnowledge;
  readonly session: ChatSession;
};

/** Everything above the conversation. */
export function toHeader(services: HeaderServices): ChatHeader {
  const { connections, session, knowledge } = services;
  const { model, system, temperature, maxTokens } = session.state.settings;
  const known = model === null ? undefined : knowledge.get(model.ref);
  const changed = system !== null && system !== known?.system;
  return {
    readiness: toReadiness(services),
    connection: connections.current.label,
    trouble: toTrouble(services),
    model: toModelView(services),
    system: system ?? known?.system ?? '',
    systemState: known?.system === undefined ? 'unknown' : changed ? 'changed' : 'asTrained',
    temperature,
    maxTokens,
    earlierTurns: session.askedWith?.earlierTurns ?? false,
    earlierTurnsHint: toEarlierTurnsHint(known?.singleTurn),
    canUndoClear: session.state.cleared.length > 0,
  };
}

/** Whether a question can be asked; a chosen model can be asked although its connection is not the current one. */
export function toReadiness(services: HeaderServices): ChatReadiness {
  const { connections, jobWatcher, session } = services;
  if (!vscode.workspace.isTrusted) return 'untrusted';
  if (session.state.settings.model !== null) return 'ready';
  const { current } = connections;
  if (listTunedModels(services, current.id).length > 0) return 'noneChosen';
  if (listUndeployed(services, current.id).length > 0) return 'noneDeployed';
  const state = jobWatcher.state(current.id);
  if (state?.kind === 'nothing') return current.profile.key === 'none' ? 'noModels' : 'noKey';
  if (state?.kind === 'failed') return isKeyRefused(state.error) ? 'keyRefused' : 'failed';
  return state?.kind === 'answered' ? 'noModels' : 'loading';
}

function isKeyRefused(error: unknown): boolean {
  return troubleOf(error instanceof ServiceError ? error.facts : undefined) === 'keyRefused';
}

function toTrouble({ connections, jobWatcher }: HeaderServices): string {
  const { id, label } = connections.current;
  const state = jobWatcher.state(id);
  if (state?.kind !== 'failed') return '';
  return vscode.l10n.t('The models of {0} could not be read. {1}', label, explainError(state.error));
}

function toModelView({ connections, jobStore, jobWatcher, lives, session }: HeaderServices): ModelView | null {
  const { model } = session.state.settings;
  if (model === null) return null;
  const { connectionId, jobId } = model.ref;
  const record = jobStore.get(model.ref);
  const connection = connections.get(connectionId);
  const foreign = connectionId === connections.current.id ? undefined : (connection?.label ?? connectionId);
  const life = lives.get(connectionId, model.model, record?.job.model);
  const now = Date.now();
  const detail = [toModelDetail(model, record, foreign), ...(life === undefined ? [] : [lifeText(life, now)])].join(' · ');
  const view = { name: toModelName(model), detail };
  if (connection === undefined) {
    return { ...view, warning: vscode.l10n.t('The connection {0} of this model was removed.', connectionId) };
  }
  // The chosen model's job is watched, so an answer without it means that it is gone.
  if (record === undefined && jobWatcher.state(connectionId)?.kind === 'answered') {
    const warning = vscode.l10n.t('{0} does not list the job {1} of this model any more.', connection.label, jobId);
    return { ...view, warning };
  }
  const isShort = life !== undefined && daysLeft(life, now) <= shortLifeDays;
  return isShort ? { ...view, warning: lifeSentence(life, now) } : view;
}

function toEarlierTurnsHint(singleTurn: boolean | undefined): string {
  if (singleTurn === undefined) return vscode.l10n.t('Each question goes with the conversation so far.');
  return singleTurn
    ? vscode.l10n.t('Off by default: each example of the training file has one question.')
    : vscode.l10n.t('On by default: examples of the training file have several turns.');
}
