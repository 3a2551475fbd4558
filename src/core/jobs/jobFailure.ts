import type { JobError } from '../providers/wire.ts';

/**
 * Why a job failed, as far as a person can do something about it. Lines are those of the uploaded file, from 1;
 * `file` is which of the two. The wordings are OpenAI's and the Local engine's, which other services repeat.
 */
export type JobFailure = { readonly file: 'training' | 'validation' } & (
  | { readonly kind: 'tooFewExamples'; readonly examples: number; readonly needed: number }
  | { readonly kind: 'badExample'; readonly line: number; readonly message: number | undefined; readonly detail: string }
  | { readonly kind: 'flaggedLines'; readonly lines: readonly number[] }
  | { readonly kind: 'flaggedFile'; readonly categories: string }
  | { readonly kind: 'otherMethod'; readonly method: string }
  | { readonly kind: 'otherFormat' }
  | { readonly kind: 'contentShape' }
  | { readonly kind: 'badFile' }
  | { readonly kind: 'diverged' }
  | { readonly kind: 'diskFull' }
  | { readonly kind: 'internal' }
  | { readonly kind: 'quota' }
  | { readonly kind: 'unknown' }
);

const fewExamples = /has (\d+) example(?:\(s\)|s)?, but must have at least (\d+)/;
const example = /\b(?:Example|Line) (\d+)\b(?:,? message (\d+)\b)?[:,]?\s*(.*)/is;
const flagged = /Flagged lines?: ([\d, ]+)/i;
const categories = /following categor(?:y|ies): ([^.]+)/i;
const method = /provided method=(\w+)/;

/** Reads the error of a failed job. What no pattern fits is `unknown`: then only the service's words help. */
export function readJobFailure(error: JobError | null): JobFailure {
  const { code, message, param } = { code: '', message: '', param: '', ...dropNulls(error) };
  const file = /validation/.test(param) ? 'validation' : 'training';
  // The Local engine's own codes.
  if (code === 'training_diverged') return { file, kind: 'diverged' };
  if (code === 'disk_full') return { file, kind: 'diskFull' };
  const few = fewExamples.exec(message);
  if (few !== null) return { file, kind: 'tooFewExamples', examples: Number(few[1]), needed: Number(few[2]) };
  const lines = flagged.exec(message)?.[1]?.split(',').map(Number).filter((line) => line > 0) ?? [];
  if (lines.length > 0) return { file, kind: 'flaggedLines', lines };
  const named = categories.exec(message)?.[1];
  if (named !== undefined || /moderation/i.test(message)) {
    return { file, kind: 'flaggedFile', categories: named?.trim() ?? '' };
  }
  const other = method.exec(message)?.[1];
  if (other !== undefined) return { file, kind: 'otherMethod', method: other };
  const bad = example.exec(message);
  if (bad !== null && Number(bad[1]) > 0) {
    const inMessage = bad[2] === undefined ? undefined : Number(bad[2]);
    return { file, kind: 'badExample', line: Number(bad[1]), message: inMessage, detail: (bad[3] ?? '').trim() };
  }
  if (/Unexpected file format|expected either/.test(message)) return { file, kind: 'otherFormat' };
  if (/object has no attribute/.test(message)) return { file, kind: 'contentShape' };
  if (/quota|insufficient|billing/i.test(code)) return { file, kind: 'quota' };
  if (code === 'server_error' || /internal error/i.test(message)) return { file, kind: 'internal' };
  if (/file|example/.test(code) || param.endsWith('_file')) return { file, kind: 'badFile' };
  return { file, kind: 'unknown' };
}

/** The lines that a failure names, from 1. */
export function failedLines(failure: JobFailure): readonly number[] {
  if (failure.kind === 'badExample') return [failure.line];
  return failure.kind === 'flaggedLines' ? failure.lines : [];
}

function dropNulls(error: JobError | null): Partial<Record<'code' | 'message' | 'param', string>> {
  const entries = Object.entries(error ?? {}).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(entries) as Partial<Record<'code' | 'message' | 'param', string>>;
}
