import { toWrittenJson } from './writtenJson.ts';

/** One record of a source. */
export type Row = {
  /** Line of the source on which the record begins, from 1. */
  readonly line: number;
  /** Text by column. A column that is absent, or null in JSON, has no entry. */
  readonly cells: ReadonlyMap<string, string>;
};

/**
 * The cells of one JSON object. Text is taken as it is, numbers as they are written in `source` (so that
 * 9007199254740993 and 1.0 survive), true and false as words, arrays and objects as JSON.
 * @throws RangeError when a value is nested deeper than 64
 */
export function toCells(object: object, source: string): Map<string, string> {
  const cells = new Map<string, string>();
  let numbers: ReadonlyMap<string, string> | undefined;
  for (const [column, value] of Object.entries(object) as [string, unknown][]) {
    if (typeof value === 'string') {
      cells.set(column, value);
    } else if (typeof value === 'number') {
      numbers ??= numbersAsWritten(source);
      cells.set(column, numbers.get(column) ?? String(value));
    } else if (value !== null) {
      cells.set(column, toWrittenJson(value));
    }
  }
  return cells;
}

/** Numbers of the outermost object, by key, in the spelling of the source (TC39 "JSON.parse source text access"). */
function numbersAsWritten(source: string): ReadonlyMap<string, string> {
  const byHolder = new Map<unknown, Map<string, string>>();
  let outermost: Map<string, string> | undefined;
  function reviver(this: unknown, key: string, value: unknown, context?: { readonly source?: string }): unknown {
    if (typeof value === 'number' && context?.source !== undefined) {
      const numbers = byHolder.get(this) ?? new Map<string, string>();
      byHolder.set(this, numbers.set(key, context.source));
    } else if (key === '') {
      outermost = byHolder.get(value) ?? outermost;
    }
    return value;
  }
  JSON.parse(source, reviver);
  return outermost ?? new Map();
}
