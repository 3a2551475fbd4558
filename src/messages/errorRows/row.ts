import type { ServiceErrorFacts } from '../../core/providers/port.ts';

/** What a person can do at once about a failure; whoever shows it binds a command to it. */
export type AdviceAction =
  | 'setKey'
  | 'switchConnection'
  | 'addConnection'
  | 'refreshJobs'
  | 'manageTrust'
  | 'proxySettings'
  | 'connectionSettings'
  | 'showEngineLog'
  | 'restartEngine'
  | 'showDiskUse';

type Words = { readonly title: string; readonly why: string; readonly next: string };

export type Row = {
  readonly id: string;
  readonly fits: (facts: ServiceErrorFacts) => boolean;
  /** `said` is the service's own sentence, without its full stop. */
  readonly words: (facts: ServiceErrorFacts, said: string) => Words;
  readonly action?: AdviceAction;
};

/** One of the codes. */
export const coded =
  (...codes: readonly string[]) =>
  ({ code }: ServiceErrorFacts): boolean =>
    code !== undefined && codes.includes(code);
export const withStatus =
  (...statuses: readonly number[]) =>
  ({ status }: ServiceErrorFacts): boolean =>
    status !== undefined && statuses.includes(status);
/** The rest of a kind. */
export const ofKind =
  (kind: ServiceErrorFacts['kind']) =>
  (facts: ServiceErrorFacts): boolean =>
    facts.kind === kind;

export function row(
  id: string,
  fits: Row['fits'],
  words: (facts: ServiceErrorFacts, said: string) => readonly [title: string, why: string, next: string],
  action?: AdviceAction,
): Row {
  return {
    id,
    fits,
    words: (facts, said) => {
      const [title, why, next] = words(facts, said);
      return { title, why, next };
    },
    ...(action === undefined ? {} : { action }),
  };
}
