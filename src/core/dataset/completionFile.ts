import type { CompletionKey } from './codes/formatCodes.ts';
import type { ProblemFacts } from './problem.ts';
import type { TextSums } from './textSums.ts';
import { endings, separators } from './traits.ts';

/** Thresholds of `prepare_data` of openai-python (`lib/_validators.py`), in characters. */
const longEnding = 10;
const longPromptStart = 12;
const longCompletionStart = 5;
/** Texts in scripts without two cases hold few Latin letters, which say nothing. */
const leastLetters = 40;

/**
 * What pairs of prompt and completion have in common, or lack: an ending of all prompts that tells the model to
 * answer, and one of all completions that tells it to stop.
 */
export function completionFileProblems(prompts: TextSums, completions: TextSums): readonly ProblemFacts[] {
  // One pair has everything in common with itself.
  if (prompts.texts < 2) {
    return [];
  }
  const openEnded = prompts.empty === prompts.texts;
  return [
    ...(openEnded ? [] : [...equalTexts('prompt', prompts), ...separatorProblems(prompts), ...startProblems(prompts)]),
    ...equalTexts('completion', completions),
    ...(openEnded ? [] : endingProblems(completions)),
    ...completionStart(completions),
    ...upperCase('prompt', prompts),
    ...upperCase('completion', completions),
  ];
}

function equalTexts(key: CompletionKey, texts: TextSums): readonly ProblemFacts[] {
  return texts.digest === undefined ? [] : [{ code: 'file.completion.equal', key }];
}

function separatorProblems({ digest, tail, inside }: TextSums): readonly ProblemFacts[] {
  if (digest !== undefined) {
    return [];
  }
  if (tail === '') {
    return [{ code: 'file.completion.separator', suggestion: unusedSeparator(inside) }];
  }
  const known = separators.findIndex((separator) => tail.endsWith(separator));
  if (known !== -1 && (inside & (1 << known)) !== 0) {
    return [{ code: 'file.completion.separatorInside', separator: separators[known] ?? '' }];
  }
  return tail.length > longEnding ? [{ code: 'file.completion.separatorLong', separator: tail }] : [];
}

/** The first separator that stands in no prompt. */
export function unusedSeparator(inside: number): string {
  return separators.find((_, index) => (inside & (1 << index)) === 0) ?? '\n\n### =>\n\n';
}

function startProblems({ digest, head }: TextSums): readonly ProblemFacts[] {
  return digest === undefined && head.length > longPromptStart ? [{ code: 'file.completion.promptStart', start: head }] : [];
}

function endingProblems({ digest, tail }: TextSums): readonly ProblemFacts[] {
  return digest === undefined && tail === '' ? [{ code: 'file.completion.ending', suggestion: endings[0] }] : [];
}

function completionStart({ texts, digest, head, withSpace, empty }: TextSums): readonly ProblemFacts[] {
  const start = head.trimStart();
  const problems: ProblemFacts[] = [];
  if (digest === undefined && start.length >= longCompletionStart) {
    problems.push({ code: 'file.completion.start', start });
  }
  const without = texts - withSpace - empty;
  if (without > 0) {
    problems.push({ code: 'file.completion.leadingSpace', without, examples: texts });
  }
  return problems;
}

function upperCase(key: CompletionKey, { upper, lower }: TextSums): readonly ProblemFacts[] {
  return upper * 2 > lower && upper + lower >= leastLetters ? [{ code: 'file.completion.upperCase', key }] : [];
}
