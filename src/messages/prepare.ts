import { t } from '@vscode/l10n';
import type {
  DroppedRows,
  PrepareFailure,
  PrepareProgress,
  PrepareSummary,
  PrepareWarning,
} from '../core/prepare/outcome.ts';
import { sourceFaultText, systemErrorText } from './source.ts';
import { numberFormat } from './numberFormat.ts';

/** Why a run wrote nothing, and one next step. Problems of the recipe itself are told one by one elsewhere. */
export function prepareFailureText(failure: PrepareFailure): string {
  switch (failure.kind) {
    case 'recipe': {
      const errors = failure.problems.filter(({ severity }) => severity === 'error').length;
      return errors === 1 ? t('The recipe has an error.') : t('The recipe has {0} errors.', errors);
    }
    case 'source':
      return t('{0} cannot be read: {1}', fileName(failure.path), sourceFaultText(failure.fault));
    case 'noExamples':
      return failure.rowsIn === 0
        ? t('The source has no rows.')
        : t('None of the {0} rows is kept ({1}). Check "keepWhere".', failure.rowsIn, droppedText(failure.dropped));
    case 'validationTakesAll':
      return t(
        'There are {0} examples and {1} are to be set aside for validation: nothing would be left for training.',
        failure.examples,
        failure.wanted,
      );
    case 'outputsChanged': {
      const files = failure.outputs.map(({ path }) => fileName(path)).join(', ');
      return failure.outputs.some(({ writtenBefore }) => writtenBefore)
        ? t('{0} was changed since the last run and was not overwritten.', files)
        : t('{0} exists and was not written by this recipe. It was not overwritten.', files);
    }
    case 'readBack': {
      const file = fileName(failure.path);
      return failure.line === null
        ? t('{0} was not kept: what was read back is not what was written. Check the disk.', file)
        : t('{0} was not kept: line {1} was not written correctly. Check the disk.', file, failure.line);
    }
    case 'disk': {
      const what = t('{0}: {1}', fileName(failure.path), systemErrorText(failure.code, failure.detail));
      return failure.keptAt === undefined ? what : t('{0} What was written is kept in {1}.', what, fileName(failure.keptAt));
    }
    default:
      return failure satisfies never;
  }
}

/** `73 training and 8 validation examples from 93 rows. Left out: 10 with empty "support", 2 repeated.` */
export function prepareSummaryText(summary: PrepareSummary, locale?: string): string {
  const count = numberFormat(locale);
  const training = count.format(summary.training.examples);
  const rows = count.format(summary.rowsIn);
  const made =
    summary.validation === null
      ? t('{0} training examples from {1} rows.', training, rows)
      : t(
          '{0} training and {1} validation examples from {2} rows.',
          training,
          count.format(summary.validation.examples),
          rows,
        );
  return summary.dropped.length === 0 ? made : `${made} ${t('Left out: {0}.', droppedText(summary.dropped, locale))}`;
}

export function prepareWarningText(warning: PrepareWarning): string {
  switch (warning.kind) {
    case 'readAsWindows1252':
      return t(
        'The source is not UTF-8 (line {0}), so it was read as Windows-1252. If letters look wrong, save it as UTF-8.',
        warning.line,
      );
    case 'emptyMessages':
      return t(
        '{0} examples have an empty {1} message, the first from line {2}. "keepWhere.notEmpty" leaves such rows out.',
        warning.examples,
        warning.role,
        warning.line,
      );
    default:
      return warning satisfies never;
  }
}

/** `1,200 rows read, 1,100 kept` */
export function prepareProgressText(progress: PrepareProgress, locale?: string): string {
  const count = numberFormat(locale);
  return t('{0} rows read, {1} kept', count.format(progress.rows), count.format(progress.kept));
}

function droppedText(dropped: readonly DroppedRows[], locale?: string): string {
  const count = numberFormat(locale);
  return dropped
    .map(({ reason, rows }) =>
      reason.kind === 'duplicate'
        ? t('{0} repeated', count.format(rows))
        : t('{0} with empty "{1}"', count.format(rows), reason.column),
    )
    .join(', ');
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
