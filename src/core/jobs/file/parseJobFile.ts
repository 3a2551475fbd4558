import { parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { Member } from '../../prepare/recipeReader.ts';
import { JobFileBody, type ParsedJobFile, type ProfileOf } from './jobFileBody.ts';
import type { JobFileProblem } from './jobFileProblem.ts';
import { JobFileReader } from './jobFileReader.ts';
import { checkGrader } from './parseGrader.ts';

export type { ParsedJobFile } from './jobFileBody.ts';

/** Reads a job file. Comments are allowed; every problem says where it is. Never throws. */
export function parseJobFile(text: string, profileOf: ProfileOf): ParsedJobFile {
  const reader = new JobFileReader(text);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: false, disallowComments: false });
  const [first] = errors;
  if (tree === undefined || tree.type !== 'object') {
    const range = tree === undefined ? { start: 0, end: Math.min(1, text.length) } : { start: tree.offset, end: tree.offset + tree.length };
    reader.error(range, { code: 'jobFile.notObject' });
    return { jobFile: null, problems: first === undefined ? reader.problems : syntax(first), files: [], connection: null };
  }
  const parsed = new JobFileBody(reader, { key: '', node: tree }, profileOf).read();
  return first === undefined ? parsed : { ...parsed, jobFile: null, problems: syntax(first) };
}

/** A grader in a file of its own: its value, or what is wrong with it. */
export function parseGraderText(text: string): {
  readonly grader: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly JobFileProblem[];
} {
  const reader = new JobFileReader(text);
  const errors: ParseError[] = [];
  const node = parseTree(text, errors, { allowTrailingComma: false, disallowComments: false });
  const [first] = errors;
  if (first !== undefined) return { grader: null, problems: syntax(first) };
  if (node?.type !== 'object') {
    reader.error({ start: 0, end: Math.min(1, text.length) }, { code: 'jobFile.notObject' });
    return { grader: null, problems: reader.problems };
  }
  const member: Member = { key: 'grader', node };
  checkGrader(reader, member);
  const clean = reader.problems.every(({ severity }) => severity !== 'error');
  return { grader: clean ? (reader.object(member) ?? null) : null, problems: reader.problems };
}

/** The first error alone: what seems to be missing after it is its consequence. */
function syntax({ error, offset, length }: ParseError): readonly JobFileProblem[] {
  const range = { start: offset, end: offset + Math.max(1, length) };
  return [{ code: 'recipe.syntax', detail: printParseErrorCode(error), severity: 'error', range }];
}
