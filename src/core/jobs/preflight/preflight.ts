import type { CapBreach, Caps } from '../../cost/ledger.ts';
import type { DurationEstimate } from '../../cost/duration.ts';
import type { CostEstimate } from '../../cost/estimate.ts';
import { formatsOf, type Format } from '../../dataset/format.ts';
import type { ServiceError } from '../../providers/port.ts';
import { findBaseModel, type ProviderProfile, type TrainingMethod } from '../../providers/profile.ts';
import { isRecentRefusal, type CreateAccess } from './access.ts';
import type { ProbedModel } from './probe.ts';

/** A file as its check found it. */
export type FileFacts = {
  readonly name: string;
  readonly bytes: number;
  readonly examples: number;
  readonly errors: number;
  readonly warnings: number;
  readonly format: Format | undefined;
  /** The first error, in words. */
  readonly firstError: string | undefined;
};

/** Everything that is known before a job. */
export type PreflightFacts = {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly profile: ProviderProfile;
  readonly model: string;
  readonly method: TrainingMethod;
  readonly training: FileFacts;
  readonly validation: FileFacts | undefined;
  readonly access: CreateAccess | undefined;
  /** Why the service tells nothing; undefined if it answers. `untold`: it was not asked. */
  readonly refusal: ServiceError | 'untold' | undefined;
  readonly probedModel: ProbedModel;
  readonly cost: CostEstimate;
  readonly caps: Caps;
  readonly breach: CapBreach | undefined;
  readonly duration: DurationEstimate | undefined;
};

export type FileRoleName = 'training' | 'validation';

/** One reason of a verdict, as facts; `messages/preflight.ts` makes the sentence. Dates are YYYY-MM-DD. */
export type PreflightReason =
  | { readonly code: 'file.errors'; readonly role: FileRoleName; readonly file: FileFacts }
  | { readonly code: 'file.warnings'; readonly role: FileRoleName; readonly file: FileFacts }
  | { readonly code: 'file.empty'; readonly role: FileRoleName; readonly file: FileFacts }
  | { readonly code: 'file.format'; readonly role: FileRoleName; readonly file: FileFacts; readonly method: TrainingMethod }
  | { readonly code: 'file.tooLarge'; readonly role: FileRoleName; readonly file: FileFacts; readonly maxBytes: number }
  | { readonly code: 'validation.needed' }
  | { readonly code: 'service.refuses'; readonly error: ServiceError }
  | { readonly code: 'service.untold' }
  | { readonly code: 'creation.ended'; readonly date: string }
  | { readonly code: 'creation.ends'; readonly date: string; readonly days: number }
  | { readonly code: 'creation.refused'; readonly at: number; readonly reason: string; readonly recent: boolean }
  | { readonly code: 'creation.unproven' }
  | { readonly code: 'model.method'; readonly model: string; readonly method: TrainingMethod }
  | { readonly code: 'model.unknown'; readonly model: string }
  | { readonly code: 'model.gone'; readonly model: string; readonly date: string }
  | { readonly code: 'model.ends'; readonly model: string; readonly date: string; readonly days: number; readonly told: 'service' | 'bundled' }
  | { readonly code: 'cap.breached'; readonly breach: CapBreach }
  | { readonly code: 'cap.priceUnknown' }
  | { readonly code: 'price.unknown'; readonly reason: 'noPrice' | 'byTime' }
  /** The service names its price once the files are there; `estimated`: there is an estimate to compare it with. */
  | { readonly code: 'price.told'; readonly estimated: boolean }
  | { readonly code: 'deploy.needed'; readonly guided: boolean };

export type Preflight = {
  readonly verdict: 'yes' | 'yesBut' | 'no';
  /** What forbids it. */
  readonly against: readonly PreflightReason[];
  /** What a person should know before. */
  readonly but: readonly PreflightReason[];
};

const dayMs = 24 * 3_600_000;
/** A model that lives shorter is worth a word before it is paid for. */
const shortLifeDays = 180;
/** So long before its end the closing of a service is told. */
const closingDays = 60;

/** Their guides ask for chat examples; pairs of prompt and completion were for models that are gone. */
const chatOnly: ReadonlySet<ProviderProfile['id']> = new Set(['openai', 'azure', 'local']);

function takes(profile: ProviderProfile, method: TrainingMethod, format: Format | undefined): boolean {
  if (format === undefined || !formatsOf[method].includes(format)) return false;
  return format !== 'completion' || !chatOnly.has(profile.id);
}

/** May this be trained? The reasons are in the order in which a person would want to deal with them. */
export function judgePreflight(facts: PreflightFacts): Preflight {
  const against: PreflightReason[] = [];
  const but: PreflightReason[] = [];
  judgeFile('training', facts.training, facts, against, but);
  if (facts.validation !== undefined) judgeFile('validation', facts.validation, facts, against, but);
  else if (facts.method === 'reinforcement') against.push({ code: 'validation.needed' });
  judgeAccess(facts, against, but);
  judgeModel(facts, against, but);
  judgeCost(facts, against, but);
  return { verdict: against.length > 0 ? 'no' : but.length > 0 ? 'yesBut' : 'yes', against, but };
}

function judgeFile(
  role: FileRoleName,
  file: FileFacts,
  { profile, method }: PreflightFacts,
  against: PreflightReason[],
  but: PreflightReason[],
): void {
  const maxBytes = profile.capabilities.uploads && profile.uploads ? profile.uploads.value.maxBytes : profile.maxFileBytes?.value;
  if (maxBytes !== undefined && file.bytes > maxBytes) against.push({ code: 'file.tooLarge', role, file, maxBytes });
  if (file.errors > 0) against.push({ code: 'file.errors', role, file });
  else if (file.examples === 0) against.push({ code: 'file.empty', role, file });
  else if (!takes(profile, method, file.format)) {
    against.push({ code: 'file.format', role, file, method });
  }
  if (file.warnings > 0) but.push({ code: 'file.warnings', role, file });
}

function judgeAccess(facts: PreflightFacts, against: PreflightReason[], but: PreflightReason[]): void {
  const { now, profile, access, refusal } = facts;
  if (refusal === 'untold') but.push({ code: 'service.untold' });
  else if (refusal !== undefined) against.push({ code: 'service.refuses', error: refusal });
  const ends = profile.creationEnds?.value;
  if (ends !== undefined) {
    const days = daysUntil(ends, now);
    if (days <= 0) against.push({ code: 'creation.ended', date: ends });
    else if (days <= closingDays) but.push({ code: 'creation.ends', date: ends, days });
  }
  if (access?.kind === 'refused') {
    const recent = isRecentRefusal(access, now);
    (recent ? against : but).push({ code: 'creation.refused', at: access.at, reason: access.reason, recent });
  } else if (access === undefined && ends !== undefined) {
    // A service that is closing lets only some organizations in, and only a first job shows which.
    but.push({ code: 'creation.unproven' });
  }
}

function judgeModel(facts: PreflightFacts, against: PreflightReason[], but: PreflightReason[]): void {
  const { now, profile, model, method, probedModel } = facts;
  const base = findBaseModel(profile, model);
  if (base !== undefined && !base.methods.includes(method)) against.push({ code: 'model.method', model, method });
  if (probedModel.kind === 'unknown') against.push({ code: 'model.unknown', model });
  const told = probedModel.kind === 'known' ? probedModel.shutdown : undefined;
  const date = told ?? base?.shutdown?.value;
  if (date !== undefined) {
    const days = daysUntil(date, now);
    if (days <= 0) against.push({ code: 'model.gone', model, date });
    else if (days <= shortLifeDays) but.push({ code: 'model.ends', model, date, days, told: told === undefined ? 'bundled' : 'service' });
  }
  const { deploy } = profile.capabilities;
  if (deploy !== 'none') but.push({ code: 'deploy.needed', guided: deploy === 'guided' });
}

function judgeCost({ profile, cost, caps, breach }: PreflightFacts, against: PreflightReason[], but: PreflightReason[]): void {
  if (breach !== undefined) against.push({ code: 'cap.breached', breach });
  if (profile.charges && profile.capabilities.estimate) {
    // Caps are kept then: nothing was paid for so far.
    but.push({ code: 'price.told', estimated: cost.kind === 'dollars' });
    return;
  }
  if (cost.kind !== 'unknown') return;
  // A cap that cannot be kept is no cap.
  const capped = caps.perJob !== undefined || caps.perMonth !== undefined;
  if (capped) against.push({ code: 'cap.priceUnknown' });
  else but.push({ code: 'price.unknown', reason: cost.reason });
}

/** Whole days until a date begins in UTC; 0 or less once it has. */
export function daysUntil(date: string, now: number): number {
  return Math.ceil((Date.parse(`${date}T00:00:00Z`) - now) / dayMs);
}
