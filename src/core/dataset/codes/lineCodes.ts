import type { Expected } from '../../jsonl/syntax.ts';
import type { JsonType } from '../jsonType.ts';
import type { RulesOf } from './rule.ts';

/** Facts of the problems of a line as text and as JSON. */
export type LineCodes = {
  readonly 'line.blank': object;
  readonly 'line.tooLong': { readonly maximum: number };
  readonly 'line.invalidUtf8': object;
  readonly 'line.replacementCharacter': object;
  /** The first few kinds of them. */
  readonly 'line.invisibleCharacter': { readonly count: number; readonly codePoints: readonly number[] };
  readonly 'json.syntax': { readonly expected: Expected; readonly found: string };
  readonly 'json.unclosed': { readonly closers: string };
  readonly 'json.comment': object;
  readonly 'json.trailingComma': object;
  readonly 'json.pythonLiteral': object;
  readonly 'json.nonFinite': { readonly word: string };
  readonly 'json.concatenated': object;
  readonly 'json.controlCharacter': { readonly codePoint: number };
  readonly 'json.notObject': { readonly type: JsonType };
  readonly 'json.duplicateKey': { readonly key: string };
  readonly 'json.loneSurrogate': object;
};

export const lineRules: RulesOf<LineCodes> = {
  'line.blank': { severity: 'warning', evidence: 'hearsay' },
  'line.tooLong': { severity: 'warning', evidence: 'practice' },
  'line.invalidUtf8': { severity: 'error', evidence: 'json' },
  'line.replacementCharacter': { severity: 'warning', evidence: 'practice' },
  'line.invisibleCharacter': { severity: 'information', evidence: 'practice' },
  'json.syntax': { severity: 'error', evidence: 'json' },
  'json.unclosed': { severity: 'error', evidence: 'json' },
  'json.comment': { severity: 'error', evidence: 'json' },
  'json.trailingComma': { severity: 'error', evidence: 'json' },
  'json.pythonLiteral': { severity: 'error', evidence: 'json' },
  'json.nonFinite': { severity: 'error', evidence: 'json' },
  'json.concatenated': { severity: 'error', evidence: 'json' },
  'json.controlCharacter': { severity: 'error', evidence: 'json' },
  'json.notObject': { severity: 'error', evidence: 'json' },
  'json.duplicateKey': { severity: 'warning', evidence: 'practice' },
  'json.loneSurrogate': { severity: 'error', evidence: 'json' },
};
