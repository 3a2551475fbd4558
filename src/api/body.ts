import { invalidAnswer, webPage } from './errors.ts';
import { isWebPage } from './webPage.ts';

/**
 * An answer of success as a value. The client reads what is called JSON; what a service calls by another name comes
 * as a text and is read here. A web page is neither.
 */
export function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.replace(/^\uFEFF/, '').trim();
  if (isWebPage(text)) throw webPage();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidAnswer('The answer is no valid JSON.');
  }
}
