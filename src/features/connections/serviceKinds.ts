import * as vscode from 'vscode';
import type { ProviderProfile } from '../../core/providers/profile.ts';
import type { Providers } from '../../core/providers/providers.ts';

/** A kind of service that a person can add a connection to. */
export type ServiceKind = 'openai' | 'azure' | 'nebius' | 'together' | 'compatible';

export type KindItem = vscode.QuickPickItem & { readonly service: ServiceKind };

/** The services that are known by name, and any other one that speaks as they do. */
export function kindItems(providers: Providers): readonly KindItem[] {
  const t = vscode.l10n.t;
  const item = (service: ServiceKind, icon: string, label: string, detail: string): KindItem => ({
    service,
    label: `$(${icon}) ${label}`,
    detail: [detail, ...remarks(providers[service])].join(' '),
  });
  return [
    item('openai', 'sparkle', t('OpenAI'), t('Another account, organization or project.')),
    item('azure', 'azure', t('Azure OpenAI or Microsoft Foundry'), t('A resource, or a project in it. Tuned models are deployed with the Azure command line.')),
    item('nebius', 'server-environment', t('Nebius Token Factory'), t('Open models, served without a machine of one’s own. Weights can be downloaded.')),
    item('together', 'server-environment', t('Together AI'), t('Open models. Tells the price of a job before it is created.')),
    item('compatible', 'plug', t('Another OpenAI-Compatible Service…'), t('Any base URL: a gateway, a company’s own service, a server on this machine.')),
  ];
}

function remarks({ creationEnds, minBalance }: ProviderProfile): readonly string[] {
  const t = vscode.l10n.t;
  return [
    ...(creationEnds === undefined ? [] : [t('No new jobs from {0}.', creationEnds.value)]),
    ...(minBalance === undefined ? [] : [t('The account must hold {0} US dollars.', minBalance.value)]),
  ];
}
