import { t } from '@vscode/l10n';
import { readJobFailure, type JobFailure } from '../core/jobs/jobFailure.ts';
import type { JobError } from '../core/providers/wire.ts';

export type FailureTexts = {
  /** What is wrong, in a few words. */
  readonly summary: string;
  /** The service's own words, which name what no summary can; '' = it said nothing more. */
  readonly quote: string;
  /** One next step. */
  readonly advice: string;
};

/** Why a job failed and what to do about it. */
export function jobFailureTexts(error: JobError | null): FailureTexts {
  const failure = readJobFailure(error);
  const quote = (error?.message ?? error?.code ?? '').trim();
  return { summary: summaryOf(failure, quote), quote, advice: adviceOf(failure) };
}

/** The same in sentences, for a message that has no room for more. */
export function jobFailureSentence(error: JobError | null): string {
  const { summary, quote, advice } = jobFailureTexts(error);
  const reason = quote === '' || quote === summary ? summary : `${summary}: ${quote}`;
  return `${reason.replace(/[.\s]+$/, '')}. ${advice}`;
}

function summaryOf(failure: JobFailure, quote: string): string {
  const file = failure.file === 'training' ? t('training file') : t('validation file');
  switch (failure.kind) {
    case 'tooFewExamples':
      return t('The {0} has {1} examples; at least {2} are needed', file, failure.examples, failure.needed);
    case 'badExample':
      return failure.message === undefined
        ? t('Line {0} of the {1} is not accepted', failure.line, file)
        : t('Message {0} in line {1} of the {2} is not accepted', failure.message, failure.line, file);
    case 'flaggedLines':
      return t('Moderation flagged lines of the {0}: {1}', file, someOf(failure.lines));
    case 'flaggedFile':
      return failure.categories === ''
        ? t('The {0} did not pass moderation', file)
        : t('The {0} did not pass moderation: {1}', file, failure.categories);
    case 'otherMethod':
      return t('The {0} does not fit the training method {1}', file, failure.method);
    case 'otherFormat':
      return t('The {0} has a format that the service does not know', file);
    case 'contentShape':
      return t('A message of the {0} has a content of the wrong shape', file);
    case 'badFile':
      return t('The service cannot train on the {0}', file);
    case 'diverged':
      return t('The training loss left the range of numbers');
    case 'diskFull':
      return t('The disk is nearly full');
    case 'internal':
      return t('The service had a fault of its own');
    case 'quota':
      return t('The account has no credit or quota left');
    case 'unknown':
      return quote || t('The service gave no reason');
    default:
      return failure satisfies never;
  }
}

function adviceOf(failure: JobFailure): string {
  switch (failure.kind) {
    case 'tooFewExamples':
      return t('Add examples, then create the job again.');
    case 'badExample':
      return t('Open the line, mend it, then create the job again.');
    case 'flaggedLines':
      return t('Open the first line; reword or remove the flagged ones, then create the job again.');
    case 'flaggedFile':
      return t('The service does not say which lines. Look for them with its moderation endpoint, then create the job again.');
    case 'otherMethod':
      return t('Create the job again with the method that fits the file, or with another file.');
    case 'otherFormat':
    case 'contentShape':
    case 'badFile':
      return t('Validate the file, mend what is marked, then create the job again.');
    case 'diverged':
      return t('Create the job again with a smaller learning-rate multiplier.');
    case 'diskFull':
      return t('Free some space, then create the job again.');
    case 'internal':
      return t('Create the job again. If it fails again, give the service’s support the job’s details.');
    case 'quota':
      return t('Add credit at the service, or create the job again on another connection.');
    case 'unknown':
      return t('Read the job’s events for more. Its details can be copied for the service’s support.');
    default:
      return failure satisfies never;
  }
}

/** The first lines of a list that may be long. */
function someOf(lines: readonly number[]): string {
  const shown = 8;
  const text = lines.slice(0, shown).join(', ');
  return lines.length > shown ? `${text}, …` : text;
}
