import * as vscode from 'vscode';
import { azureProfile } from '../../core/providers/azure.ts';
import { completeAzureURL, isAzureName, parseAzureAddress, toAzureBaseURL } from '../../core/providers/azureAddress.ts';
import { parseBaseURL, type BaseURLFault } from '../../core/providers/connection.ts';
import { askText, back } from '../../platform/stepInput.ts';
import type { Ask } from './connectionDraft.ts';

/** Any base URL. */
export const askAddress: Ask = async (draft, step) => {
  const t = vscode.l10n.t;
  const text = await askText({
    ...step,
    prompt: t('Base URL of an OpenAI-compatible service, with its version path'),
    placeholder: 'https://host.example/v1',
    value: draft.baseURL,
    validate: (value) => {
      const parsed = parseBaseURL(value);
      return 'fault' in parsed ? explainBaseURLFault(parsed.fault) : undefined;
    },
  });
  if (text === undefined || text === back) return text;
  const parsed = parseBaseURL(text);
  return 'fault' in parsed ? undefined : { ...draft, baseURL: completeAzureURL(parsed.baseURL) };
};

/** Azure's resource by name, or an endpoint of it. */
export const askResource: Ask = async (draft, step) => {
  const t = vscode.l10n.t;
  const text = await askText({
    ...step,
    prompt: t('Name of the Azure resource, or its endpoint as the portal shows it'),
    placeholder: t('my-resource, or https://my-resource.services.ai.azure.com/api/projects/my-project'),
    value: draft.resource,
    validate: (value) => explainResource(value.trim()),
  });
  if (text === undefined || text === back) return text;
  const resource = text.trim();
  const baseURL = isAzureName(resource) ? toAzureBaseURL({ resource }) : toAddress(resource);
  // The name of the resource tells more than that of the provider.
  const label = draft.label === azureProfile.label ? (parseAzureAddress(baseURL)?.resource ?? draft.label) : draft.label;
  return { ...draft, resource, baseURL, label };
};

function explainResource(text: string): string | undefined {
  const t = vscode.l10n.t;
  if (isAzureName(text)) return undefined;
  const parsed = parseBaseURL(text);
  if ('fault' in parsed) return text.includes(':') ? explainBaseURLFault(parsed.fault) : t('A name has letters, digits and hyphens.');
  return parseAzureAddress(parsed.baseURL) === undefined ? t('That is no address of Azure. It ends with .azure.com.') : undefined;
}

function toAddress(text: string): string {
  const parsed = parseBaseURL(text);
  return 'fault' in parsed ? '' : completeAzureURL(parsed.baseURL);
}

/** The project in a resource that was given by name. */
export const askAzureProject: Ask = async (draft, step) => {
  const t = vscode.l10n.t;
  const project = await askText({
    ...step,
    prompt: t('Name of the Foundry project; leave it empty for the resource itself, which also takes files above 100 MB'),
    value: parseAzureAddress(draft.baseURL)?.project ?? '',
    validate: (value) => (value.trim() === '' || isAzureName(value.trim()) ? undefined : t('A name has letters, digits and hyphens.')),
  });
  if (project === undefined || project === back) return project;
  const { resource } = draft;
  const baseURL = toAzureBaseURL(project.trim() === '' ? { resource } : { resource, project: project.trim() });
  return { ...draft, baseURL };
};

function explainBaseURLFault(fault: BaseURLFault): string {
  const t = vscode.l10n.t;
  switch (fault) {
    case 'notURL':
      return t('That is no address. It begins with https://.');
    case 'notHttps':
      return t('Plain http would send the key readable over the network; it is allowed for this machine only. Use https.');
    case 'hasCredentials':
      return t('Leave user name and password out; the key is asked for later.');
    case 'hasQuery':
      return t('Leave out what comes after ? or #.');
    default:
      return fault satisfies never;
  }
}
