import type { ServiceErrorFacts } from './port.ts';

/** Why a service tells nothing, as far as the next step differs. */
export type Trouble = 'keyRefused' | 'wrongAddress' | 'offline' | 'failed';

const elsewhereCodes: ReadonlySet<string> = new Set(['invalid_answer', 'web_page', 'redirected']);

/** `facts` of the ServiceError; undefined for any other failure. */
export function troubleOf(facts: ServiceErrorFacts | undefined): Trouble {
  if (facts === undefined) return 'failed';
  if (facts.kind === 'unauthorized') return 'keyRefused';
  if (facts.kind === 'unreachable' || facts.kind === 'cutOff') return 'offline';
  // Something else answers there: a page, another path of the service, or a service without fine-tuning.
  const elsewhere = facts.kind === 'notFound' || elsewhereCodes.has(facts.code ?? '');
  return elsewhere || facts.status === 405 ? 'wrongAddress' : 'failed';
}
