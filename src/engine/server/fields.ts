import { badField, quote } from './apiError.ts';
import type { JsonObject } from './jsonBody.ts';

/** Reads fields of a request. Absent and null are the same; a wrong one is a 400 that names it. */
export function field(body: JsonObject, name: string): unknown {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return value === null ? undefined : value;
}

export function stringField(body: JsonObject, name: string, path = name): string | undefined {
  const value = field(body, name);
  if (value === undefined || typeof value === 'string') {
    return value;
  }
  throw badField(path, `Invalid type for '${path}': expected a string, but got ${typeName(value)} instead.`, 'invalid_type');
}

export function requiredString(body: JsonObject, name: string, path = name): string {
  const value = stringField(body, name, path);
  if (value === undefined) {
    throw badField(path, `Missing required parameter: '${path}'.`, 'missing_required_parameter');
  }
  if (value === '') {
    throw badField(path, `Invalid '${path}': it must not be empty.`, 'invalid_value');
  }
  return value;
}

export function booleanField(body: JsonObject, name: string, path = name): boolean | undefined {
  const value = field(body, name);
  if (value === undefined || typeof value === 'boolean') {
    return value;
  }
  throw badField(path, `Invalid type for '${path}': expected a boolean, but got ${typeName(value)} instead.`, 'invalid_type');
}

export function objectField(body: JsonObject, name: string, path = name): JsonObject | undefined {
  const value = field(body, name);
  if (value === undefined) {
    return undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw badField(path, `Invalid type for '${path}': expected an object, but got ${typeName(value)} instead.`, 'invalid_type');
}

export type Range = { readonly min: number; readonly max: number; readonly integer?: boolean; readonly above?: boolean };

/** A number in the range; `above` leaves the lower end out. */
export function numberField(body: JsonObject, name: string, range: Range, path = name): number | undefined {
  const value = field(body, name);
  return value === undefined ? undefined : toNumber(value, range, path);
}

export function autoNumberField(body: JsonObject, name: string, range: Range, path: string): number | 'auto' | undefined {
  const value = field(body, name);
  return value === undefined || value === 'auto' ? value : toNumber(value, range, path);
}

function toNumber(value: unknown, range: Range, path: string): number {
  const wanted = `${range.integer === true ? 'an integer' : 'a number'} ${boundsOf(range)}`;
  if (typeof value !== 'number') {
    throw badField(path, `Invalid type for '${path}': expected ${wanted}, but got ${typeName(value)} instead.`, 'invalid_type');
  }
  if (range.integer === true && !Number.isInteger(value)) {
    throw badField(path, `Invalid type for '${path}': expected ${wanted}, but got a decimal number instead.`, 'invalid_type');
  }
  const low = range.above === true ? value > range.min : value >= range.min;
  // A sign on zero says that the sender computed something else than it meant.
  if (!low || value > range.max || !Number.isFinite(value) || Object.is(value, -0)) {
    throw badField(path, `Invalid '${path}': it must be ${wanted}.`, 'invalid_value');
  }
  return value;
}

function boundsOf({ min, max, above }: Range): string {
  const least = `${above === true ? 'above' : 'of at least'} ${min}`;
  return max < Number.MAX_VALUE ? `${least} and at most ${max}` : least;
}

/** At most 16 pairs of strings; names of at most 64, values of at most 512 characters (OpenAI's own limits). */
export function metadataField(body: JsonObject): Readonly<Record<string, string>> | null {
  const value = objectField(body, 'metadata');
  if (value === undefined) {
    return null;
  }
  const pairs = Object.entries(value);
  if (pairs.length > 16) {
    throw badField('metadata', `Invalid 'metadata': at most 16 pairs are allowed, but got ${pairs.length}.`);
  }
  for (const [key, text] of pairs) {
    if (key.length > 64) {
      throw badField('metadata', `Invalid 'metadata': the key ${quote(key)} is longer than 64 characters.`);
    }
    if (typeof text !== 'string' || text.length > 512) {
      throw badField('metadata', `Invalid 'metadata.${key}': expected a string of at most 512 characters.`);
    }
  }
  // fromEntries defines properties, so that a key "__proto__" stays data.
  return Object.fromEntries(pairs as [string, string][]);
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
