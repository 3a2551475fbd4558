import type { JsonType } from '../jsonType.ts';
import type { RulesOf } from './rule.ts';

/** Facts of the problems of a part of a message's content. */
export type ContentCodes = {
  readonly 'content.parts.empty': object;
  readonly 'content.part.wrongType': { readonly type: JsonType };
  readonly 'content.part.type.missing': object;
  readonly 'content.part.type.unknown': { readonly type: string };
  readonly 'content.part.type.notAllowed': { readonly type: string; readonly role: string };
  readonly 'content.part.type.unsupported': { readonly type: string };
  readonly 'content.part.text.invalid': { readonly key: string; readonly type: JsonType | undefined };
  readonly 'content.part.refusal.notAlone': object;
  readonly 'content.part.image.invalid': { readonly type: JsonType | undefined };
  readonly 'content.part.image.url': { readonly type: JsonType | undefined };
  readonly 'content.part.image.detail': { readonly detail: string };
};

export const contentRules: RulesOf<ContentCodes> = {
  'content.parts.empty': { severity: 'error', evidence: 'schema' },
  'content.part.wrongType': { severity: 'error', evidence: 'schema' },
  'content.part.type.missing': { severity: 'error', evidence: 'schema' },
  'content.part.type.unknown': { severity: 'error', evidence: 'schema' },
  'content.part.type.notAllowed': { severity: 'error', evidence: 'schema' },
  'content.part.type.unsupported': { severity: 'error', evidence: 'schema' },
  'content.part.text.invalid': { severity: 'error', evidence: 'schema' },
  'content.part.refusal.notAlone': { severity: 'error', evidence: 'schema' },
  'content.part.image.invalid': { severity: 'error', evidence: 'schema' },
  'content.part.image.url': { severity: 'error', evidence: 'schema' },
  'content.part.image.detail': { severity: 'error', evidence: 'schema' },
};
