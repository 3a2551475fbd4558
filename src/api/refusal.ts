import { isWebPage } from './webPage.ts';

/** What a refusal says, with no key in any part of it. */
export function readRefusal(error: unknown, secret: string | null): Body {
  return withoutKeys(toBody(error), secret);
}

/** A code or a field's name is quoted as well as a sentence is. */
function withoutKeys({ message, code, param }: Body, secret: string | null): Body {
  return {
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { code: toSentence(code, secret) }),
    ...(param === undefined ? {} : { param: toSentence(param, secret) }),
  };
}

/** What a refusal says about itself. */
export type Body = { readonly message?: string; readonly code?: string; readonly param?: string };

/** The error object, or what other servers put in its place: a text, `detail`, or a list of either. */
function toBody(error: unknown): Body {
  if (typeof error === 'string' && error !== '') return { message: error };
  if (Array.isArray(error)) return toBody((error as readonly unknown[])[0]);
  if (typeof error !== 'object' || error === null) return {};
  const { message, msg, detail, code, param, type } = error as Readonly<Record<string, unknown>>;
  const sentence = [message, msg].find((text) => typeof text === 'string' && text !== '') ?? toBody(detail).message;
  // Some services tell an exhausted account apart in the type alone.
  const named = typeof code === 'string' && code !== '' ? code : type === 'insufficient_quota' ? type : undefined;
  return {
    ...(typeof sentence === 'string' ? { message: sentence } : {}),
    ...(named === undefined ? {} : { code: named.slice(0, 100) }),
    ...(typeof param === 'string' ? { param: param.slice(0, 100) } : {}),
  };
}

/** Keys as services begin them, wherever a service or a proxy quotes one: not only ours. */
const keyLike = /\b(?:bearer\s+[\w.~+/=-]{8,}|(?:sk|pk|rk|tgp|nb|hf|ghp|glpat|xox[abp])[-_][\w-]{12,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)/gi;
/** Where a service forgets that its error is read by strangers: what a traceback begins with. */
const traceback = /\s*(?:Traceback \(most recent call last\)|\n\s+at \S+[^\n]*[:(]\d+|\n\s*File "[^"\n]+", line \d+)[\s\S]*$/;

/** One line, without control characters, keys and stacks, not longer than a person reads. */
export function toSentence(text: string, secret: string | null): string {
  if (isWebPage(text)) return 'a web page';
  const own = text.replace(traceback, '');
  const open = (secret === null || secret.length < 4 ? own : own.replaceAll(secret, '[key]')).replace(keyLike, '[key]');
  const line = open.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').replace(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
