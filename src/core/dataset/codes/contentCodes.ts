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
  readonly 'content.part.image.base64': object;
  readonly 'content.part.image.format': { readonly format: string | undefined };
  readonly 'content.part.image.mediaType': { readonly stated: string; readonly meant: string };
  readonly 'content.part.image.tooLarge': { readonly bytes: number; readonly maximum: number };
  readonly 'content.part.image.colors': { readonly colors: string };
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
  'content.part.image.base64': { severity: 'warning', evidence: 'practice' },
  'content.part.image.format': { severity: 'warning', evidence: 'guide' },
  'content.part.image.mediaType': { severity: 'warning', evidence: 'practice' },
  'content.part.image.tooLarge': { severity: 'warning', evidence: 'guide' },
  'content.part.image.colors': { severity: 'warning', evidence: 'guide' },
};
