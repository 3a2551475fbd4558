import { t } from '@vscode/l10n';
import type { CorpusCodes } from '../../core/dataset/codes/corpusCodes.ts';
import type { TextsOf } from './textsOf.ts';

export const corpusTexts: TextsOf<CorpusCodes> = {
  'corpus.duplicate.same': (problem) =>
    t('This example is the same as that of line {0}; {1} lines hold it. It counts as often as it stands here. Delete the copies, or keep them if that is meant.', problem.line, problem.copies),
  'corpus.duplicate.near': (problem) =>
    t('This example is nearly the same as that of line {0}. Keep one of them, or make them differ in what matters.', problem.line),
  'corpus.answer.conflict': (problem) =>
    t('Line {0} asks the same and has another answer; there are {1}. The model can learn only one of them. Correct the wrong one.', problem.line, problem.answers),
  'corpus.answer.varies': (problem) =>
    t('Line {0} asks the same and answers in other words; there are {1} answers. That is right only if any of them will do.', problem.line, problem.answers),
  'corpus.preference.reversed': (problem) =>
    t('Line {0} prefers the other one of the same two answers. Correct the wrong one.', problem.line),
  'corpus.leak.same': (problem) =>
    t('This example also stands in {1}, line {0}. What was trained on measures nothing. Remove it from one of the files.', problem.line, problem.file),
  'corpus.leak.prompt': (problem) =>
    t('The same is asked in {1}, line {0}, with another answer. What was trained on measures nothing. Remove it from one of the files.', problem.line, problem.file),
  'corpus.leak.near': (problem) =>
    t('Nearly the same example stands in {1}, line {0}. It measures memory rather than skill. Remove it from one of the files.', problem.line, problem.file),
  'corpus.leak.answer': (problem) =>
    t('This answer stands word for word in {1}, line {0}, for another question.', problem.line, problem.file),
  'corpus.system.drift': (problem) =>
    t('This system message is worded a little differently from the usual one; {0} of {1} examples have it. A model answers best with the wording it was trained with. Use one wording.', problem.examples, problem.of),
  'corpus.system.share': (problem) =>
    t('System messages make up {0} % of the text of this file, and you pay for each copy. A tuned model often needs a shorter one.', problem.percent),
  'corpus.length.outlier': (problem) =>
    t('This example has {0} characters, and a usual one has {1}. Look whether something was pasted into it, or whether services will cut it.', problem.characters, problem.usual),
  'corpus.partial': (problem) =>
    t('Only the first {0} examples were compared with each other; the others were checked line by line.', problem.compared),
};
