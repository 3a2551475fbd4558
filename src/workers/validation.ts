import { checkBytes } from '../core/dataset/checkBytes.ts';
import { compareExamples } from '../core/dataset/corpus/compare.ts';
import type { ReferenceFile } from '../core/dataset/corpus/corpusProblems.ts';
import { findLeaks } from '../core/dataset/corpus/findLeaks.ts';
import { LeakProbe } from '../core/dataset/corpus/leakProbe.ts';
import { readCorpus } from '../core/dataset/corpus/readCorpus.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import { ProblemList, type Listed } from '../core/dataset/moreProblems.ts';
import type { Ruleset } from '../core/dataset/ruleset.ts';
import { AllowList } from '../core/dataset/safety/allowList.ts';
import type { StreamResult } from '../core/dataset/stream.ts';
import { truncationProblem } from '../core/dataset/truncation.ts';
import { withoutMark } from '../core/jsonl/lines.ts';
import { chatExampleTokens } from '../core/tokens/chatTokens.ts';
import { errorCode, readChunks } from '../disk/files.ts';

/** A file that is validated; `limit`: most problems to list. */
type Given = { readonly path: string; readonly limit: number; readonly ruleset: Ruleset };

/**
 * The parts of validating files. Of a large file each takes most of the memory that a check may take, so that one is
 * carried out after the other, and its memory given back in between.
 */
export const validation = { checkLines, compareLines, compareWithTraining };

type CheckedLines = {
  readonly result: StreamResult;
  /** Of all examples; null if they are not counted, or cannot be. */
  readonly tokens: number | null;
  /** Examples of more tokens than are trained on. */
  readonly truncated: Listed;
};

/** What each line alone shows. */
async function checkLines({ path, limit, ruleset, file, allow, counts }: Given & {
  readonly file: FileFacts;
  /** Text of the list of sensitive values that may stand in the file. */
  readonly allow: string | undefined;
  /** Whether tokens are counted. */
  readonly counts: boolean;
}): Promise<CheckedLines> {
  const count = counts ? (await import('./tokens.ts')).countTokens : undefined;
  let tokens: number | null = count ? 0 : null;
  const truncated = new ProblemList(limit);
  const result = await checkBytes(readChunks(path, undefined, { reuses: true }), {
    limit,
    ruleset,
    file,
    allow: allow === undefined ? undefined : new AllowList(allow),
    onLine: (text, check, line) => {
      if (count && check.kind === 'example') {
        const more = check.format === 'chat' ? (chatExampleTokens(JSON.parse(withoutMark(text)), count)?.total ?? null) : null;
        tokens = more === null || tokens === null ? null : tokens + more;
        for (const problem of more === null ? [] : truncationProblem(more, line, ruleset)) {
          truncated.add(problem);
        }
      }
    },
  });
  return { result, tokens, truncated: truncated.listed() };
}

/** What shows when the examples of a file are compared with each other. */
async function compareLines({ path, limit, ruleset }: Given): Promise<Listed> {
  return compareExamples(await readCorpus(readChunks(path, undefined, { reuses: true })), limit, ruleset);
}

/** What a training file gives away of each of several files; of one that cannot be read nothing is said. */
async function compareWithTraining({ training, paths, limit, ruleset }: Omit<Given, 'path'> & {
  readonly training: { readonly path: string; readonly file: ReferenceFile };
  readonly paths: readonly string[];
}): Promise<ReadonlyMap<string, Listed>> {
  const probe = new LeakProbe(await readCorpus(readChunks(training.path, undefined, { reuses: true })));
  const leaks = new Map<string, Listed>();
  for (const path of paths) {
    try {
      const chunks = readChunks(path, undefined, { reuses: true });
      leaks.set(path, await findLeaks(chunks, { probe, file: training.file }, limit, ruleset));
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }
  return leaks;
}
