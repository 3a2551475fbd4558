import type { Elision } from '../jsonl/elision.ts';
import { endsWithAnswer, formatOf, formats, isRecord, type Format } from './format.ts';
import { checkCompletionExample } from './rules/completion.ts';
import { checkChatExample } from './rules/example.ts';
import { Findings, type Finding } from './rules/findings.ts';
import { checkPreferenceExample } from './rules/preference.ts';
import { checkReinforcementExample } from './rules/reinforcement.ts';
import type { Ruleset } from './ruleset.ts';
import { traitsOf, type Traits } from './traits.ts';

/** What the rules say of a parsed example; what they found has no place in a text yet. */
export type Examined = {
  readonly format: Format | undefined;
  readonly hasSystem: boolean;
  readonly traits: Traits;
  /** What was found in the readings in which something was. */
  readonly found: readonly { readonly reading: Format; readonly list: readonly Finding[] }[];
};

const nothing: Examined['found'] = [];

const checks: Readonly<Record<Format, (example: Readonly<Record<string, unknown>>, findings: Findings) => void>> = {
  chat: checkChatExample,
  preference: checkPreferenceExample,
  reinforcement: checkReinforcementExample,
  completion: checkCompletionExample,
};

/** Applies the rules of each format that an example may be of. `elided` is missing in its strings. */
export function examine(value: Readonly<Record<string, unknown>>, ruleset: Ruleset, elided?: readonly Elision[]): Examined {
  const format = formatOf(value);
  const answered = format === 'chat' && endsWithAnswer(value);
  let found = nothing;
  for (const reading of readings(format, answered)) {
    const findings = new Findings(ruleset, elided);
    checks[reading](value, findings);
    if (findings.list.length > 0) {
      found = [...found, { reading, list: findings.list }];
    }
  }
  return { format, hasSystem: startsWithSystem(value), traits: traitsOf(value, format, answered), found };
}

const readingsOf: Readonly<Record<Format, readonly Format[]>> = {
  chat: ['chat', 'reinforcement'],
  preference: ['preference'],
  reinforcement: ['chat', 'reinforcement'],
  completion: ['completion'],
};
const chatOnly: readonly Format[] = ['chat'];

/**
 * The formats as which an example is checked. Which format its file has is known only when all lines are; a chat
 * example with its answer is told as a whole in a file for reinforcement, so that most lines are checked once.
 */
function readings(format: Format | undefined, answered: boolean): readonly Format[] {
  return format === undefined ? formats : answered ? chatOnly : readingsOf[format];
}

function startsWithSystem(example: Readonly<Record<string, unknown>>): boolean {
  const messages = example['messages'];
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  return isRecord(first) && (first['role'] === 'system' || first['role'] === 'developer');
}
