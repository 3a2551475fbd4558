import { findBaseModel, type ProviderProfile } from '../providers/profile.ts';
import type { WireModel } from '../providers/wire.ts';

/** Until when a model answers. */
export type ModelLife = {
  /** YYYY-MM-DD: on this day it stops. */
  readonly endsOn: string;
  /** Who says so: the service itself, or a page that was read on `asOf`. */
  readonly from: 'service' | 'profile';
  readonly asOf?: string;
};

/** Fewer days than this are worth a warning: enough to train the same data on another base. */
export const shortLifeDays = 90;

const dayMs = 86_400_000;

/**
 * The end of a tuned model, or of a base model. The service's own date comes first; without one the model ends with
 * the base it was tuned from. Undefined where nobody has named a day.
 */
export function modelLife(
  profile: ProviderProfile,
  model: { readonly id: string; readonly base?: string | undefined },
  told?: Pick<WireModel, 'shutdown_date'>,
): ModelLife | undefined {
  const date = told?.shutdown_date;
  if (date != null && isDay(date)) return { endsOn: date.slice(0, 10), from: 'service' };
  const base = findBaseModel(profile, model.base ?? model.id) ?? findBaseModel(profile, model.id);
  const { shutdown } = base ?? {};
  return shutdown && { endsOn: shutdown.value, from: 'profile', asOf: shutdown.asOf };
}

/** Whole days before the day on which it ends begins (UTC), rounded up; 0 or less once it has begun. */
export function daysLeft({ endsOn }: ModelLife, now: number): number {
  return Math.ceil((Date.parse(`${endsOn}T00:00:00Z`) - now) / dayMs);
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(text) && Number.isFinite(Date.parse(text.slice(0, 10)));
}
