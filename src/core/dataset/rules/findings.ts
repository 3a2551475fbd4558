import type { JsonPath, Spot } from '../../jsonl/tree.ts';
import type { ProblemFacts } from '../problem.ts';

/** A problem whose place is still a path; only lines with a finding are parsed for places. */
export type Finding = { readonly facts: ProblemFacts; readonly path: JsonPath; readonly spot: Spot };

/** Gathers what the rules find in one example. */
export class Findings {
  readonly list: Finding[] = [];

  add(facts: ProblemFacts, path: JsonPath, spot: Spot = 'value'): void {
    this.list.push({ facts, path, spot });
  }
}
