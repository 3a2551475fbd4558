import { parseBaseURL } from './connection.ts';
import { faultOfHeader, type HeaderFault } from './headers.ts';

/** What of an entry of `tunesmith.connections` is passed over. A header is told by its name, never by its value. */
export type ConnectionFault = { readonly connection: string } & (
  | { readonly kind: 'notUsed' }
  | { readonly kind: 'header'; readonly name: string; readonly fault: HeaderFault }
);

/** Faults of the setting as it is written; entries in their order. */
export function faultsOfConnections(setting: unknown): readonly ConnectionFault[] {
  if (!Array.isArray(setting)) return [];
  return (setting as readonly unknown[]).flatMap((entry, index) => faultsOf(entry, `${index + 1}`));
}

function faultsOf(entry: unknown, position: string): readonly ConnectionFault[] {
  const { id, label, baseURL, headers } = (typeof entry === 'object' && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>;
  const connection = [label, id].find((name) => typeof name === 'string' && name.trim() !== '');
  const named = typeof connection === 'string' ? connection : position;
  const hasAddress = typeof baseURL === 'string' && !('fault' in parseBaseURL(baseURL));
  if (typeof id !== 'string' || typeof label !== 'string' || !hasAddress) return [{ connection: named, kind: 'notUsed' }];
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    const fault = faultOfHeader(name, value);
    return fault === undefined ? [] : [{ connection: named, kind: 'header' as const, name, fault }];
  });
}
