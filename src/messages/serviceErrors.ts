import { t } from '@vscode/l10n';
import type { ServiceError } from '../core/providers/port.ts';
import { serviceErrorRows, type AdviceAction } from './serviceErrorTable.ts';

export type { AdviceAction } from './serviceErrorTable.ts';

/** What a person reads about a failure, and can do about it. */
export type ErrorAdvice = {
  /** The row of the table. */
  readonly id: string;
  readonly title: string;
  /** Whole sentences. The service's own sentence is quoted where it knows more than we do. */
  readonly why: string;
  readonly next: string;
  readonly action: AdviceAction | undefined;
};

export function adviseOn(error: ServiceError): ErrorAdvice {
  const { facts } = error;
  const found = serviceErrorRows.find(({ fits }) => fits(facts));
  if (found === undefined) throw new Error(`no row for a failure of the kind ${facts.kind}`);
  // The sentence goes into parentheses in the middle of ours.
  const { title, why, next } = found.words(facts, error.message.replace(/[.\s]+$/, ''));
  return { id: found.id, title, why, next, action: found.action };
}

/** Why a service did not do what was asked, and one next step. The caller puts what failed in front of it. */
export function explainServiceError(error: ServiceError): string {
  const { why, next } = adviseOn(error);
  const text = next === '' ? why : `${why} ${next}`;
  const { kind, requestId } = error.facts;
  // The service's support asks for this id first.
  const isTheirs = kind === 'serverFault' || kind === 'rejected';
  return requestId !== undefined && isTheirs ? t('{0} Request ID: {1}.', text, requestId) : text;
}
