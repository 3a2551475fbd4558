import type { KeyRecord } from '../../core/providers/key.ts';
import { profileOf, type Providers } from '../../core/providers/providers.ts';
import type { back, Step } from '../../platform/stepInput.ts';
import type { KeySource } from './keyInput.ts';
import type { ServiceKind } from './serviceKinds.ts';

/** What a person has said so far about a new connection. */
export type Draft = {
  readonly kind: ServiceKind | undefined;
  readonly baseURL: string;
  /** Of Azure: what was typed in the place of an address. */
  readonly resource: string;
  readonly label: string;
  readonly organization: string;
  readonly project: string;
  readonly source: KeySource;
  readonly record: KeyRecord | undefined;
};

export const emptyDraft: Draft = {
  kind: undefined,
  baseURL: '',
  resource: '',
  label: '',
  organization: '',
  project: '',
  source: 'typed',
  record: undefined,
};

/** One question about a draft. */
export type Ask = (draft: Draft, step: Step, providers: Providers) => Promise<Draft | typeof back | undefined>;

/** The kind of the finished draft: an address of a known service is asked as that one. */
export function kindOf(draft: Draft): ServiceKind {
  if (draft.kind !== undefined && draft.kind !== 'compatible') return draft.kind;
  const found = profileOf(draft.baseURL);
  return found === 'local' ? 'compatible' : found;
}
