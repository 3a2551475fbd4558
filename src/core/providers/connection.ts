import { compatibleProfile } from './compatible.ts';
import { localProfile } from './local.ts';
import { openaiProfile } from './openai.ts';
import type { ProviderProfile } from './profile.ts';

/** A base URL with a provider profile; its key is kept elsewhere. */
export type Connection = {
  readonly id: string;
  readonly label: string;
  readonly profile: ProviderProfile;
  /** Without a trailing slash; undefined for Local until its engine runs. */
  readonly baseURL: string | undefined;
};

export type BaseURLFault = 'notURL' | 'notHttps' | 'hasCredentials' | 'hasQuery';

/**
 * A base URL as a person types it, without its trailing slashes. Plain http is for this machine only, because the
 * key travels in a header; a query or a user name has no place in a base URL.
 */
export function parseBaseURL(text: string): { readonly baseURL: string } | { readonly fault: BaseURLFault } {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return { fault: 'notURL' };
  const url = new URL(trimmed);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { fault: 'notURL' };
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return { fault: 'notHttps' };
  if (url.username !== '' || url.password !== '') return { fault: 'hasCredentials' };
  if (url.search !== '' || url.hash !== '') return { fault: 'hasQuery' };
  return { baseURL: url.origin + url.pathname.replace(/\/+$/, '') };
}

/** True for a host that never leaves this machine. The URL parser has normalised forms such as 127.1. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** OpenAI's own service, its regional hosts included; everything else is only known to be compatible. */
export function profileOf(baseURL: string): 'openai' | 'compatible' {
  const { hostname } = new URL(baseURL);
  return hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com') ? 'openai' : 'compatible';
}

const idPattern = /^[a-z0-9-]{1,40}$/;
const builtInIds: ReadonlySet<string> = new Set(['local', 'openai']);

/** One entry of the setting `tunesmith.connections`, as it is written there. */
export type ConnectionSetting = {
  readonly id: string;
  readonly label: string;
  readonly baseURL: string;
  readonly profile?: 'openai' | 'compatible';
};

/** Local and OpenAI, then the usable entries of the setting; what is wrong with an entry leaves that entry out. */
export function toConnections(setting: unknown, localBaseURL: string | undefined): readonly Connection[] {
  const connections: Connection[] = [
    { id: 'local', label: localProfile.label, profile: localProfile, baseURL: localBaseURL },
    { id: 'openai', label: openaiProfile.label, profile: openaiProfile, baseURL: openaiProfile.baseURL },
  ];
  for (const entry of Array.isArray(setting) ? (setting as readonly unknown[]) : []) {
    const connection = toConnection(entry);
    if (connection && !connections.some((other) => other.id === connection.id)) connections.push(connection);
  }
  return connections;
}

function toConnection(entry: unknown): Connection | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { id, label, baseURL, profile } = entry as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !idPattern.test(id) || builtInIds.has(id)) return undefined;
  if (typeof label !== 'string' || label.trim() === '' || typeof baseURL !== 'string') return undefined;
  const parsed = parseBaseURL(baseURL);
  if ('fault' in parsed) return undefined;
  const kind = profile === 'openai' ? openaiProfile : compatibleProfile;
  return { id, label: label.trim(), profile: kind, baseURL: parsed.baseURL };
}

/** An id for a new connection, made of its label and unlike every id that is taken. */
export function createConnectionId(label: string, taken: readonly string[]): string {
  const plain = label.normalize('NFKD').toLowerCase();
  const stem = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 32) || 'connection';
  let id = stem;
  for (let count = 2; taken.includes(id) || builtInIds.has(id); count += 1) id = `${stem}-${count}`;
  return id;
}
