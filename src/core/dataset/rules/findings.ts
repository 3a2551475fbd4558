import type { JsonPath, Spot } from '../../jsonl/tree.ts';
import type { ProblemFacts } from '../problem.ts';
import type { DatasetProfile } from '../profile.ts';
import type { Ruleset } from '../ruleset.ts';

/** A problem whose place is still a path; only lines with a finding are parsed for places. */
export type Finding = { readonly facts: ProblemFacts; readonly path: JsonPath; readonly spot: Spot };

/** Gathers what the rules find in one example. Rules that are off find nothing. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #ruleset: Ruleset;

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  get profile(): DatasetProfile {
    return this.#ruleset.profile;
  }

  add(facts: ProblemFacts, path: JsonPath, spot: Spot = 'value'): void {
    if (this.#ruleset.severities[facts.code] !== 'off') {
      this.list.push({ facts, path, spot });
    }
  }
}
