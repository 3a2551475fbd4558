import * as vscode from 'vscode';
import { isAzureName } from '../../core/providers/azureAddress.ts';
import { isIdentifier } from '../../core/providers/connection.ts';
import { askChoice, askText, back, type Step } from '../../platform/stepInput.ts';
import { askAddress, askAzureProject, askResource } from './addressSteps.ts';
import { emptyDraft, type Ask, type Draft } from './connectionDraft.ts';
import { askKeyRecord, askKeySource } from './keyInput.ts';
import { kindItems } from './serviceKinds.ts';

/** The questions for a draft, in their order; each answer may change what comes after it. */
export function stepsOf(draft: Draft): readonly Ask[] {
  const address: readonly Ask[] =
    draft.kind === 'azure'
      ? [askResource, ...(isAzureName(draft.resource) ? [askAzureProject] : [])]
      : draft.kind === 'compatible' || draft.kind === undefined
        ? [askAddress]
        : [];
  const account: readonly Ask[] = draft.kind === 'openai' ? [askOrganization, askProject] : [];
  return [askKind, ...address, askLabel, ...account, askSource, ...(draft.source === 'none' ? [] : [askKey])];
}

const askKind: Ask = async (draft, step, providers) => {
  const items = kindItems(providers);
  const active = items.find(({ service }) => service === draft.kind);
  const chosen = await askChoice({ ...step, placeholder: vscode.l10n.t('Which service?'), items, ...(active ? { active } : {}) });
  if (chosen === undefined || chosen === back) return chosen;
  const { service } = chosen;
  if (service === draft.kind) return draft;
  const { baseURL = '', label } = providers[service];
  return { ...emptyDraft, kind: service, baseURL, label: service === 'compatible' ? '' : label };
};

const askLabel: Ask = async (draft, step) => {
  const t = vscode.l10n.t;
  const label = await askText({
    ...step,
    prompt: t('What the connection is called'),
    value: draft.label || new URL(draft.baseURL).hostname,
    validate: (value) => (value.trim() === '' ? t('A connection needs a name.') : undefined),
  });
  return label === undefined || label === back ? label : { ...draft, label: label.trim() };
};

const askOrganization: Ask = (draft, step) => {
  const prompt = vscode.l10n.t('Organization ID, if the key belongs to several; else leave it empty');
  return askIdentifier(draft, 'organization', { ...step, prompt, placeholder: 'org-…' });
};

const askProject: Ask = (draft, step) => {
  const prompt = vscode.l10n.t('Project ID, if the key belongs to several; else leave it empty');
  return askIdentifier(draft, 'project', { ...step, prompt, placeholder: 'proj_…' });
};

async function askIdentifier(
  draft: Draft,
  field: 'organization' | 'project',
  step: Step & { readonly prompt: string; readonly placeholder: string },
): Promise<Draft | typeof back | undefined> {
  const text = await askText({
    ...step,
    value: draft[field],
    validate: (value) => (value.trim() === '' || isIdentifier(value.trim()) ? undefined : vscode.l10n.t('An ID has no spaces.')),
  });
  return text === undefined || text === back ? text : { ...draft, [field]: text.trim() };
}

const askSource: Ask = async (draft, step, providers) => {
  const source = await askKeySource(step, providers[draft.kind ?? 'compatible'].key === 'optional');
  return source === undefined || source === back ? source : { ...draft, source, record: undefined };
};

const askKey: Ask = async (draft, step) => {
  if (draft.source === 'none') return draft;
  const record = await askKeyRecord(step, draft.source, new URL(draft.baseURL).host);
  return record === undefined || record === back ? record : { ...draft, record };
};
