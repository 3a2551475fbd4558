import type { RulesOf } from './rule.ts';

/** Facts of the problems with what a model should not learn. None of them holds what was found. */
export type SafetyCodes = {
  readonly 'safety.secret.key': { readonly service: string };
  readonly 'safety.secret.token': { readonly service: string };
  readonly 'safety.secret.privateKey': object;
  readonly 'safety.secret.password': object;
  readonly 'safety.secret.assigned': object;
  readonly 'safety.personal.email': object;
  readonly 'safety.personal.phone': object;
  readonly 'safety.personal.card': object;
  readonly 'safety.personal.iban': object;
  readonly 'safety.personal.nationalId': { readonly country: string };
  readonly 'safety.personal.ipAddress': object;
};

export const safetyRules: RulesOf<SafetyCodes> = {
  'safety.secret.key': { severity: 'warning', evidence: 'practice' },
  'safety.secret.token': { severity: 'warning', evidence: 'practice' },
  'safety.secret.privateKey': { severity: 'warning', evidence: 'practice' },
  'safety.secret.password': { severity: 'warning', evidence: 'practice' },
  'safety.secret.assigned': { severity: 'warning', evidence: 'practice' },
  'safety.personal.email': { severity: 'information', evidence: 'practice' },
  'safety.personal.phone': { severity: 'information', evidence: 'practice' },
  'safety.personal.card': { severity: 'warning', evidence: 'practice' },
  'safety.personal.iban': { severity: 'warning', evidence: 'practice' },
  'safety.personal.nationalId': { severity: 'warning', evidence: 'practice' },
  'safety.personal.ipAddress': { severity: 'information', evidence: 'practice' },
};
