import type { Severity } from './codes/rule.ts';
import { problemCodes, rules, type ProblemCode } from './problem.ts';
import { defaultProfile, type DatasetProfile } from './profile.ts';

export type RuleSetting = Severity | 'off';

/** How the rules are applied: for which service, and how bad each breach is. */
export type Ruleset = {
  readonly profile: DatasetProfile;
  readonly severities: Readonly<Record<ProblemCode, RuleSetting>>;
};

export const ruleSettings: readonly RuleSetting[] = ['off', 'information', 'warning', 'error'];

/** Rules that speak of the list of problems or of the check itself cannot be set. */
const fixed: ReadonlySet<string> = new Set(['file.moreProblems', 'line.tooLong']);

/** Codes that a setting may name. */
export const settableCodes: readonly ProblemCode[] = problemCodes.filter((code) => !fixed.has(code));

/** Beginnings of codes, up to a dot, that stand for all codes that start so. */
export const codePrefixes: readonly string[] = [
  ...new Set(settableCodes.flatMap((code) => code.split('.').slice(1).map((_, index) => code.split('.').slice(0, index + 1).join('.')))),
].filter((prefix) => !Object.hasOwn(rules, prefix));

/**
 * The value of the setting `tunesmith.rules` as a table; of several keys that fit a code the longest counts. What is
 * no code, no prefix or no severity is left out and named in `unknown`.
 */
export function parseRuleSettings(value: unknown): { readonly settings: ReadonlyMap<string, RuleSetting>; readonly unknown: readonly string[] } {
  const settings = new Map<string, RuleSetting>();
  const unknown: string[] = [];
  const known: ReadonlySet<string> = new Set([...settableCodes, ...codePrefixes]);
  for (const [key, setting] of Object.entries(typeof value === 'object' && value !== null ? value : {})) {
    if (known.has(key) && isRuleSetting(setting)) {
      settings.set(key, setting);
    } else {
      unknown.push(key);
    }
  }
  return { settings, unknown };
}

function isRuleSetting(value: unknown): value is RuleSetting {
  return ruleSettings.some((setting) => setting === value);
}

/** The rules for a service, as somebody set them. What a person sets counts more than what the service says. */
export function createRuleset(profile: DatasetProfile, settings: ReadonlyMap<string, RuleSetting> = new Map()): Ruleset {
  const severities = {} as Record<ProblemCode, RuleSetting>;
  for (const code of problemCodes) {
    severities[code] = fixed.has(code)
      ? rules[code].severity
      : (settingFor(code, settings) ?? ofProfile(code, profile) ?? rules[code].severity);
  }
  return { profile, severities };
}

function settingFor(code: ProblemCode, settings: ReadonlyMap<string, RuleSetting>): RuleSetting | undefined {
  for (let prefix: string = code; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
    const setting = settings.get(prefix);
    if (setting !== undefined) {
      return setting;
    }
  }
  return undefined;
}

/** Where a service is stricter or more lenient than most. */
function ofProfile(code: ProblemCode, profile: DatasetProfile): RuleSetting | undefined {
  switch (code) {
    case 'example.roles.repeated':
      return profile.turns === 'alternate' ? 'error' : undefined;
    case 'example.key.unknown':
      return profile.furtherKeys === 'ignored' ? 'warning' : undefined;
    case 'message.role.developer':
      return profile.developer ? 'off' : undefined;
    case 'message.weight.ignored':
      return profile.weight ? 'off' : undefined;
    case 'message.name.ignored':
      return profile.name ? 'off' : undefined;
    default:
      return undefined;
  }
}

export const defaultRuleset: Ruleset = createRuleset(defaultProfile);

/** The same rules with other settings than those of a provider, compared by what they do. */
export function sameRuleset(one: Ruleset, other: Ruleset): boolean {
  return one.profile === other.profile && problemCodes.every((code) => one.severities[code] === other.severities[code]);
}
