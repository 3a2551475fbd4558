import { ServiceError } from '../../providers/port.ts';

/** What is known about creating jobs with the key of a connection, and since when (milliseconds since 1970). */
export type CreateAccess =
  /** A job was created. */
  | { readonly kind: 'open'; readonly at: number }
  /** The service refused one, in its own words. */
  | { readonly kind: 'refused'; readonly at: number; readonly reason: string };

/** What is remembered of the answers of one service. */
export type ServiceMemory = {
  readonly access?: CreateAccess;
  /** A job came back without the metadata that was sent along. */
  readonly dropsMetadata?: boolean;
};

/** A refusal counts for a week: keys and organizations get other rights. */
const refusalMs = 7 * 24 * 3_600_000;

export function isRecentRefusal(access: CreateAccess | undefined, now: number): boolean {
  return access?.kind === 'refused' && now - access.at < refusalMs;
}

/**
 * What an answer to the creation of a job teaches; undefined if it says nothing about the right to. What a blocked
 * organization gets is documented nowhere, so that every 401 and 403 counts.
 */
export function accessAfter(error: unknown, now: number): CreateAccess | undefined {
  if (!(error instanceof ServiceError)) return undefined;
  const { kind } = error.facts;
  return kind === 'forbidden' || kind === 'unauthorized' ? { kind: 'refused', at: now, reason: error.message } : undefined;
}

export function readServiceMemory(stored: unknown): ServiceMemory {
  if (typeof stored !== 'object' || stored === null) return {};
  const { access, dropsMetadata } = stored as Readonly<Record<string, unknown>>;
  const known = readAccess(access);
  return { ...(known === undefined ? {} : { access: known }), ...(dropsMetadata === true ? { dropsMetadata } : {}) };
}

function readAccess(value: unknown): CreateAccess | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, at, reason } = value as Readonly<Record<string, unknown>>;
  if (typeof at !== 'number') return undefined;
  if (kind === 'open') return { kind, at };
  return kind === 'refused' && typeof reason === 'string' ? { kind, at, reason } : undefined;
}
