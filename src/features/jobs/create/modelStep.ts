import * as vscode from 'vscode';
import { jobName } from '../../../core/jobs/jobName.ts';
import type { JobStore } from '../../../core/jobs/jobStore.ts';
import type { BaseModel, TrainingMethod } from '../../../core/providers/profile.ts';
import type { Connection, Connections } from '../../../platform/connections.ts';
import { explainError } from '../../../platform/errorReport.ts';
import { askChoice, askText, back, type Step } from '../../../platform/stepInput.ts';

type ModelStepServices = { readonly connections: Pick<Connections, 'peek'>; readonly jobStore: JobStore };

type ModelItem = vscode.QuickPickItem & { readonly model?: string };

/** What training starts from: the models known to be tunable, own tuned models, and what the service lists. */
export async function askModel(
  step: Step,
  services: ModelStepServices,
  connection: Connection,
  chosen: string,
  method: TrainingMethod,
): Promise<string | typeof back | undefined> {
  const { profile } = connection;
  const known = profile.baseModels.filter(({ methods }) => methods.includes(method)).map((model) => baseModelItem(model));
  const tuned = services.jobStore.list(connection.id).flatMap(({ job }): ModelItem[] => {
    if (job.fine_tuned_model === null || job.status !== 'succeeded') return [];
    const description = vscode.l10n.t('tuned by job {0}', jobName(job));
    return [{ label: job.fine_tuned_model, description, model: job.fine_tuned_model }];
  });
  const listed = profile.listsBaseModels ? await listModels(services, connection) : { items: [], failure: undefined };
  const names = new Set([...known, ...tuned].map((item) => item.model));
  const others = listed.items.filter((item) => !names.has(item.model));
  const typed: ModelItem = {
    label: vscode.l10n.t('Another model…'),
    description: vscode.l10n.t('by its name'),
    iconPath: new vscode.ThemeIcon('edit'),
    ...(listed.failure === undefined ? {} : { detail: listed.failure }),
  };
  const items: ModelItem[] = [
    ...section(vscode.l10n.t('Base models'), known),
    ...section(vscode.l10n.t('Go on from a tuned model'), tuned),
    ...section(vscode.l10n.t('Listed by the service'), others),
    ...(profile.key === 'none' ? [] : [typed]),
  ];
  const active = items.find((item) => item.model !== undefined && item.model === chosen);
  const placeholder = vscode.l10n.t('Base model');
  const item = await askChoice({ ...step, placeholder, items, ...(active === undefined ? {} : { active }) });
  if (item === undefined || item === back) return item;
  if (item !== typed) return item.model;
  const text = await askText({
    ...step,
    prompt: vscode.l10n.t('Name of the model, as the service calls it'),
    value: chosen,
    validate: (value) => (value.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
  });
  if (text === back) return askModel(step, services, connection, chosen, method);
  return text?.trim();
}

function section(label: string, items: readonly ModelItem[]): readonly ModelItem[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function baseModelItem(model: BaseModel): ModelItem {
  const price = model.price && vscode.l10n.t('${0} per million training tokens', model.price.value.training);
  const end = model.shutdown && vscode.l10n.t('stops answering on {0}', model.shutdown.value);
  const description = [price, end].filter((text) => text !== undefined).join(' · ');
  return { label: model.id, description, model: model.id };
}

/** Failing to list is no reason to stop: the models that are known can still be chosen. */
async function listModels(services: ModelStepServices, connection: Connection) {
  try {
    const signal = AbortSignal.timeout(10_000);
    const title = vscode.l10n.t('Reading the models of {0}', connection.label);
    const models = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
      const service = await services.connections.peek(connection, { signal });
      return (await service?.listModels(signal)) ?? [];
    });
    const items = models.map((model): ModelItem => ({
      label: model.id,
      description: model.shutdown_date ? vscode.l10n.t('stops answering on {0}', model.shutdown_date) : model.owned_by,
      model: model.id,
    }));
    return { items: items.sort((a, b) => a.label.localeCompare(b.label)), failure: undefined };
  } catch (error) {
    return { items: [], failure: vscode.l10n.t('The service did not list its models: {0}', explainError(error)) };
  }
}
