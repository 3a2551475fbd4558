import { t } from '@vscode/l10n';
import type { FileCodes } from '../../core/dataset/codes/fileCodes.ts';
import { formatName, megabytes, methodName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const fileTexts: TextsOf<FileCodes> = {
  'file.jsonArray': () =>
    t('This file is one JSON array, but a training file holds one JSON object per line. Convert it to JSON Lines.'),
  'file.prettyPrinted': () =>
    t('The objects of this file are spread over several lines, but a training file holds one JSON object per line. Convert it to JSON Lines.'),
  'file.table': () =>
    t('This file is a table (CSV), but a training file holds one JSON object per line. Make one from its rows with Create Recipe…'),
  'file.encoding': (problem) =>
    t('This file is encoded as {0}, but services read training files as UTF-8. Save it with the encoding UTF-8.', problem.encoding),
  'file.notText': (problem) =>
    t('This file is not text but {0}. A training file is text with one JSON object per line.', problem.kind),
  'file.bom': () =>
    t('The file starts with a byte-order mark, which some services take for a part of the first line. Save it as UTF-8 without one.'),
  'file.bomMissing': () =>
    t('This service asks for a byte-order mark at the start of the file, and there is none. Save it as UTF-8 with BOM.'),
  'file.crlf': () =>
    t('The lines of this file end with CRLF, as on Windows. The field\'s own tools write LF; some readers keep the CR or count lines twice.'),
  'file.extension': (problem) =>
    t('Services take training files only under a name that ends in .jsonl, and this one ends in "{0}". Rename the file.', problem.extension),
  'file.tooLarge': (problem) =>
    t('The file has {0} MB, but one upload takes at most {1} MB. Split it, or leave examples out.', megabytes(problem.bytes), megabytes(problem.maximum)),
  'file.tooFewExamples': (problem) =>
    t('The file has too few examples: a job needs at least {1}, and there are {0}. Add more.', problem.examples, problem.minimum),
  'file.fewExamples': (problem) =>
    t('The file has {0} examples. That is enough to start a job, but a model usually gets better only from {1} on.', problem.examples, problem.recommended),
  'file.format.unknown': (problem) =>
    problem.keys.length === 0
      ? t('No line has the shape of a training example. A chat example is an object with the key "messages".')
      : t('No line has the shape of a training example; the first one has the keys {0}. A chat example is an object with the key "messages". A recipe turns such rows into examples.', problem.keys.join(', ')),
  'file.format.method': (problem) =>
    t('The examples are in the format "{0}", which the method "{1}" cannot train on. Choose another file or another method.', formatName(problem.format), methodName(problem.method)),
  'file.format.legacy': () =>
    t('These are pairs of prompt and completion. Chat models train on "messages", and OpenAI has no completion models to tune any more. Convert the file, unless your service wants pairs.'),
  'file.system.sometimes': (problem) =>
    t('{0} of {1} examples have no system message, and the others have one. A model answers best with the system message it was trained with, so give one to all examples or to none.', problem.without, problem.examples),
  'file.tooManyExamples': (problem) =>
    t('The file has {0} examples, but a job takes at most {1} of this format. Leave some out.', problem.examples, problem.maximum),
  'file.images.tooMany': (problem) =>
    t('{0} examples show images, but a job trains on at most {1} of them. Leave some out.', problem.examples, problem.maximum),
  'file.images.unsupported': (problem) =>
    t('{0} examples show images, and the selected model or service is not known to train on images. Choose another model, or leave them out.', problem.examples),
  'file.moreProblems': (problem) =>
    t('Only the first {1} problems are listed; there are {0} more. Mend these first.', problem.hidden, problem.shown),
};
