import { missingUnits, type Elision } from '../../jsonl/elision.ts';
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
  readonly #elided: readonly Elision[] | undefined;

  constructor(ruleset: Ruleset, elided?: readonly Elision[]) {
    this.#ruleset = ruleset;
    this.#elided = elided;
  }

  get profile(): DatasetProfile {
    return this.#ruleset.profile;
  }

  /** Length of a string of the line as it is in the file. */
  lengthOf(text: string): number {
    return text.length + (this.#elided ? missingUnits(text, this.#elided) : 0);
  }

  add(facts: ProblemFacts, path: JsonPath, spot: Spot = 'value'): void {
    if (this.#ruleset.severities[facts.code] !== 'off') {
      this.list.push({ facts, path, spot });
    }
  }
}
