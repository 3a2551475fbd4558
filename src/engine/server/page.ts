import { badField, quote } from './apiError.ts';

export type PageOptions = { readonly defaultLimit: number; readonly maxLimit: number };

/**
 * The part of a list that `limit` and `after` of the query ask for. `items` are in the order of the answer; the page
 * begins behind the item whose id is `after`.
 * @throws ApiError 400 for a limit out of range or an `after` that is not in the list
 */
export function pageOf<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  query: URLSearchParams,
  options: PageOptions,
): { readonly data: readonly T[]; readonly hasMore: boolean; readonly firstId: string | null; readonly lastId: string | null } {
  const limit = limitOf(query, options);
  const after = query.get('after');
  let start = 0;
  if (after !== null && after !== '') {
    const index = items.findIndex((item) => idOf(item) === after);
    if (index < 0) {
      throw badField('after', `Invalid 'after': ${quote(after)} is not in this list.`, 'invalid_value');
    }
    start = index + 1;
  }
  const data = items.slice(start, start + limit);
  const first = data[0];
  const last = data.at(-1);
  return {
    data,
    hasMore: start + data.length < items.length,
    firstId: first === undefined ? null : idOf(first),
    lastId: last === undefined ? null : idOf(last),
  };
}

function limitOf(query: URLSearchParams, options: PageOptions): number {
  const text = query.get('limit');
  if (text === null) {
    return options.defaultLimit;
  }
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > options.maxLimit) {
    throw badField('limit', `Invalid 'limit': it must be an integer from 1 to ${options.maxLimit}.`, 'invalid_value');
  }
  return limit;
}
