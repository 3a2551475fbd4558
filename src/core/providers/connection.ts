import { usableHeaders } from './headers.ts';
import type { KeyHeader } from './port.ts';
import type { ProviderId, ProviderProfile } from './profile.ts';
import { builtInProviders, profileOf, type Providers } from './providers.ts';

/** A base URL with a provider profile; its key is kept elsewhere. */
export type Connection = {
  readonly id: string;
  readonly label: string;
  readonly profile: ProviderProfile;
  /** Without a trailing slash; undefined for Local until its engine runs. */
  readonly baseURL: string | undefined;
} & Sending;

/** What goes with every request besides the key. */
type Sending = {
  readonly organization?: string;
  readonly project?: string;
  /** Only names that may be sent; none of them carries a key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly keyHeader?: KeyHeader;
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

const idPattern = /^[a-z0-9-]{1,40}$/;
const builtInIds: ReadonlySet<string> = new Set(['local', 'openai']);

/** One entry of the setting `tunesmith.connections`, as it is written there. */
export type ConnectionSetting = {
  readonly id: string;
  readonly label: string;
  readonly baseURL: string;
  /** Whose profile counts; the host tells, if it is absent. */
  readonly profile?: Exclude<ProviderId, 'local'>;
} & Sending;

/**
 * Local and OpenAI, then the usable entries of the setting; what is wrong with an entry leaves that entry out.
 * @param providers the profiles as the person has set them
 */
export function toConnections(
  setting: unknown,
  localBaseURL: string | undefined,
  providers: Providers = builtInProviders,
): readonly Connection[] {
  const { local, openai } = providers;
  const connections: Connection[] = [
    { id: 'local', label: local.label, profile: local, baseURL: localBaseURL },
    { id: 'openai', label: openai.label, profile: openai, baseURL: openai.baseURL },
  ];
  for (const entry of Array.isArray(setting) ? (setting as readonly unknown[]) : []) {
    const connection = toConnection(entry, providers);
    if (connection && !connections.some((other) => other.id === connection.id)) connections.push(connection);
  }
  return connections;
}

function toConnection(entry: unknown, providers: Providers): Connection | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { id, label, baseURL, profile, ...more } = entry as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !idPattern.test(id) || builtInIds.has(id)) return undefined;
  if (typeof label !== 'string' || label.trim() === '' || typeof baseURL !== 'string') return undefined;
  const parsed = parseBaseURL(baseURL);
  if ('fault' in parsed) return undefined;
  const kind = isRemoteId(profile, providers) ? profile : profileOf(parsed.baseURL);
  return { id, label: label.trim(), profile: providers[kind], baseURL: parsed.baseURL, ...toSending(more) };
}

function isRemoteId(id: unknown, providers: Providers): id is Exclude<ProviderId, 'local'> {
  return typeof id === 'string' && id !== 'local' && Object.hasOwn(providers, id);
}

function toSending(entry: Readonly<Record<string, unknown>>): Sending {
  const headers = usableHeaders(entry['headers']);
  return {
    ...(isIdentifier(entry['organization']) ? { organization: entry['organization'] } : {}),
    ...(isIdentifier(entry['project']) ? { project: entry['project'] } : {}),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(entry['keyHeader'] === 'api-key' ? { keyHeader: 'api-key' as const } : {}),
  };
}

/** An id of an organization or a project: what a header can carry, without spaces. */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value);
}

/** An id for a new connection, made of its label and unlike every id that is taken. */
export function createConnectionId(label: string, taken: readonly string[]): string {
  const plain = label.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase();
  const stem = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 32) || 'connection';
  let id = stem;
  for (let count = 2; taken.includes(id) || builtInIds.has(id); count += 1) id = `${stem}-${count}`;
  return id;
}
