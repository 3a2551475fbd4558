import type { Format, Method } from '../format.ts';
import type { RulesOf } from './rule.ts';

/** Facts of the problems of a file as a whole. */
export type FileCodes = {
  readonly 'file.jsonArray': object;
  readonly 'file.prettyPrinted': object;
  readonly 'file.table': object;
  readonly 'file.encoding': { readonly encoding: string };
  readonly 'file.notText': { readonly kind: string };
  readonly 'file.bom': object;
  readonly 'file.bomMissing': object;
  readonly 'file.crlf': object;
  readonly 'file.extension': { readonly extension: string };
  readonly 'file.tooLarge': { readonly bytes: number; readonly maximum: number };
  readonly 'file.tooFewExamples': { readonly examples: number; readonly minimum: number };
  readonly 'file.fewExamples': { readonly examples: number; readonly recommended: number };
  readonly 'file.format.unknown': { readonly keys: readonly string[] };
  readonly 'file.format.method': { readonly format: Format; readonly method: Method };
  readonly 'file.format.legacy': object;
  readonly 'file.system.sometimes': { readonly without: number; readonly examples: number };
  readonly 'file.tooManyExamples': { readonly examples: number; readonly maximum: number };
  readonly 'file.images.tooMany': { readonly examples: number; readonly maximum: number };
  readonly 'file.images.unsupported': { readonly examples: number };
  readonly 'file.moreProblems': { readonly hidden: number; readonly shown: number };
};

export const fileRules: RulesOf<FileCodes> = {
  'file.jsonArray': { severity: 'error', evidence: 'service' },
  'file.prettyPrinted': { severity: 'error', evidence: 'service' },
  'file.table': { severity: 'error', evidence: 'service' },
  'file.encoding': { severity: 'error', evidence: 'guide' },
  'file.notText': { severity: 'error', evidence: 'guide' },
  'file.bom': { severity: 'information', evidence: 'practice' },
  'file.bomMissing': { severity: 'information', evidence: 'guide' },
  'file.crlf': { severity: 'information', evidence: 'hearsay' },
  'file.extension': { severity: 'warning', evidence: 'guide' },
  'file.tooLarge': { severity: 'error', evidence: 'schema' },
  'file.tooFewExamples': { severity: 'error', evidence: 'guide' },
  'file.fewExamples': { severity: 'information', evidence: 'guide' },
  'file.format.unknown': { severity: 'error', evidence: 'service' },
  'file.format.method': { severity: 'error', evidence: 'service' },
  'file.format.legacy': { severity: 'information', evidence: 'guide' },
  'file.system.sometimes': { severity: 'information', evidence: 'practice' },
  'file.tooManyExamples': { severity: 'error', evidence: 'guide' },
  'file.images.tooMany': { severity: 'warning', evidence: 'guide' },
  'file.images.unsupported': { severity: 'warning', evidence: 'guide' },
  'file.moreProblems': { severity: 'information', evidence: 'practice' },
};
