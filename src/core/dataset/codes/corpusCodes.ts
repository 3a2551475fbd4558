import type { RulesOf } from './rule.ts';

/** Facts of the problems that show only across lines and files. Lines count from 1. */
export type CorpusCodes = {
  readonly 'corpus.duplicate.same': { readonly line: number; readonly copies: number };
  readonly 'corpus.duplicate.near': { readonly line: number };
  readonly 'corpus.answer.conflict': { readonly line: number; readonly answers: number };
  readonly 'corpus.answer.varies': { readonly line: number; readonly answers: number };
  readonly 'corpus.preference.reversed': { readonly line: number; readonly answers: number };
  readonly 'corpus.leak.same': { readonly line: number; readonly file: string };
  readonly 'corpus.leak.prompt': { readonly line: number; readonly file: string };
  readonly 'corpus.leak.near': { readonly line: number; readonly file: string };
  readonly 'corpus.leak.answer': { readonly line: number; readonly file: string };
  readonly 'corpus.system.drift': { readonly examples: number; readonly of: number };
  readonly 'corpus.system.share': { readonly percent: number };
  readonly 'corpus.length.outlier': { readonly characters: number; readonly usual: number };
  readonly 'corpus.partial': { readonly compared: number };
};

export const corpusRules: RulesOf<CorpusCodes> = {
  'corpus.duplicate.same': { severity: 'warning', evidence: 'practice' },
  'corpus.duplicate.near': { severity: 'information', evidence: 'practice' },
  'corpus.answer.conflict': { severity: 'warning', evidence: 'practice' },
  'corpus.answer.varies': { severity: 'information', evidence: 'practice' },
  'corpus.preference.reversed': { severity: 'warning', evidence: 'practice' },
  'corpus.leak.same': { severity: 'warning', evidence: 'schema' },
  'corpus.leak.prompt': { severity: 'warning', evidence: 'practice' },
  'corpus.leak.near': { severity: 'warning', evidence: 'practice' },
  'corpus.leak.answer': { severity: 'information', evidence: 'practice' },
  'corpus.system.drift': { severity: 'information', evidence: 'practice' },
  'corpus.system.share': { severity: 'information', evidence: 'practice' },
  'corpus.length.outlier': { severity: 'information', evidence: 'practice' },
  'corpus.partial': { severity: 'information', evidence: 'practice' },
};
