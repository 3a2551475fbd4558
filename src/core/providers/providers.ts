import { azureProfile } from './azure.ts';
import { compatibleProfile } from './compatible.ts';
import { localProfile } from './local.ts';
import { nebiusProfile } from './nebius.ts';
import { openaiProfile } from './openai.ts';
import type { ProviderId, ProviderProfile } from './profile.ts';
import { togetherProfile } from './together.ts';

export type Providers = Readonly<Record<ProviderId, ProviderProfile>>;

/** Every kind of service as it is known to us, before a person's own settings. */
export const builtInProviders: Providers = {
  local: localProfile,
  openai: openaiProfile,
  azure: azureProfile,
  nebius: nebiusProfile,
  together: togetherProfile,
  compatible: compatibleProfile,
};

/** The service behind an address, by its host; `compatible` for one that nobody here knows. */
export function profileOf(baseURL: string): ProviderId {
  const { hostname } = new URL(baseURL);
  const known = Object.values(builtInProviders).find(({ hosts }) => hosts.some((host) => isHost(hostname, host)));
  return known?.id ?? 'compatible';
}

/** `pattern` is a whole name or, after a dot, the end of one. */
export function isHost(hostname: string, pattern: string): boolean {
  return pattern.startsWith('.') ? hostname.endsWith(pattern) : hostname === pattern;
}
