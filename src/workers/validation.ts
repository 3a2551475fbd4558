import { checkBytes } from '../core/dataset/checkBytes.ts';
import { compareExamples } from '../core/dataset/corpus/compare.ts';
import { findLeaks } from '../core/dataset/corpus/findLeaks.ts';
import { LeakProbe } from '../core/dataset/corpus/leakProbe.ts';
import { readCorpus } from '../core/dataset/corpus/readCorpus.ts';
import { ProblemList, type Listed } from '../core/dataset/moreProblems.ts';
import { AllowList } from '../core/dataset/safety/allowList.ts';
import { truncationProblem } from '../core/dataset/truncation.ts';
import { withoutMark } from '../core/jsonl/lines.ts';
import { chatExampleTokens } from '../core/tokens/chatTokens.ts';
import { errorCode, readChunks } from '../disk/files.ts';
import type { CheckedLines, LinesToCheck, LinesToCompare, TrainingToCompare, ValidationApi } from '../protocol/validation.ts';

export const validation: ValidationApi = { checkLines, compareLines, compareWithTraining };

async function checkLines({ path, limit, ruleset, file, allow, counts }: LinesToCheck): Promise<CheckedLines> {
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

async function compareLines({ path, limit, ruleset }: LinesToCompare): Promise<Listed> {
  return compareExamples(await readCorpus(readChunks(path, undefined, { reuses: true })), limit, ruleset);
}

async function compareWithTraining({ training, paths, limit, ruleset }: TrainingToCompare): Promise<ReadonlyMap<string, Listed>> {
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
