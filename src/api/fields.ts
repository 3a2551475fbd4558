import { invalidAnswer } from './errors.ts';

/** Fields of answers, read as leniently as they are written: a value of another type is no value. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function toFields(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  throw invalidAnswer(`The answer holds no ${what}.`);
}

export function toId(fields: Fields, what: string): string {
  const id = toText(fields['id']);
  if (id === null) throw invalidAnswer(`The answer holds no ${what} id.`);
  return id;
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** An empty text says as little as null. */
export function toText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A finite number, also one that is written as a text, always with a point (JSON knows no other). */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'string') return /^\s*-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(value) ? toNumber(Number(value)) : null;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Unix seconds, also from milliseconds and ISO 8601, which some services send. */
export function toSeconds(value: unknown): number | null {
  const number = toNumber(value);
  if (number !== null) return number > 1e11 ? Math.floor(number / 1000) : number;
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}
