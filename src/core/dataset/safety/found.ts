import type { FactsByCode, ProblemFacts } from '../problem.ts';
import type { SafetyCodes } from '../codes/safetyCodes.ts';

export type SafetyFacts = Extract<ProblemFacts, { readonly code: keyof SafetyCodes & keyof FactsByCode }>;

/** Something sensitive in a text; the facts do not hold it. `label` names what may stand in its place. */
export type Found = {
  readonly facts: SafetyFacts;
  readonly start: number;
  readonly end: number;
  readonly label: string;
};
