import { t } from '@vscode/l10n';
import type { ExpectedType, RecipeProblemFacts, SourceFault } from '../core/prepare/recipeProblem.ts';
import { sourceFaultText } from './source.ts';

/** One problem of a recipe as a sentence or two: what is wrong and, where it is not obvious, what to do. */
export function recipeProblemText(problem: RecipeProblemFacts): string {
  switch (problem.code) {
    case 'recipe.syntax':
      return t('This is no valid JSON ({0}).', problem.detail);
    case 'recipe.notObject':
      return t('A recipe is a JSON object: {"version": 1, …}.');
    case 'recipe.versionUnknown':
      return t('Version {0} of recipes is not known. This version of Tunesmith reads version 1.', problem.found);
    case 'recipe.keyMissing':
      return t('"{0}" is missing.', problem.key);
    case 'recipe.keyUnknown':
      return t('"{0}" is not known and has no effect.', problem.key) + didYouMean(problem.suggestion);
    case 'recipe.keyTwice':
      return t('"{0}" is given twice.', problem.key);
    case 'recipe.typeWrong':
      return t('"{0}" must be {1}.', problem.key, typeText(problem.expected));
    case 'recipe.valueEmpty':
      return t('"{0}" is empty.', problem.key);
    case 'recipe.valueUnknown':
      return t('"{0}" is no value for "{1}". Possible: {2}.', problem.value, problem.key, problem.allowed.join('  '));
    case 'recipe.numberOutOfRange':
      return rangeText(problem);
    case 'recipe.splitSizeUnclear':
      return t('Say how large the validation split is: either "fraction" or "count".');
    case 'recipe.validationUnused':
      return t('This file will not be written, because the recipe has no "validation" split.');
    case 'recipe.outputsEqual':
      return t('Training and validation examples would be written to the same file.');
    case 'recipe.outputIsSource':
      return t('{0} is the source of this recipe and would be overwritten.', problem.file);
    case 'recipe.outputNotJsonl':
      return t('{0} will hold JSON lines, which editors and services expect to be named .jsonl.', problem.file);
    case 'recipe.roleMissing':
      return problem.role === 'user'
        ? t('There is no message of the role "user": the model would learn to answer nothing.')
        : t('There is no message of the role "assistant": there would be nothing to learn.');
    case 'recipe.systemNotFirst':
      return t('Some services accept a system message only as the first one.');
    case 'recipe.lastNotAssistant':
      return t('The last message must be of the role "assistant": it is what the model learns to say.');
    case 'recipe.templateUnclosed':
      return t('This placeholder has no end. Add "}}", or write "{{{{" for two literal braces.');
    case 'recipe.templateEmpty':
      return t('This placeholder names no column.');
    case 'recipe.noColumnUsed':
      return t('No message uses a column, so all examples will be the same. Write {{column}} where a cell belongs.');
    default:
      return columnOrSourceText(problem);
  }
}

type ColumnOrSource = Extract<
  RecipeProblemFacts,
  { readonly code: `recipe.column${string}` | `recipe.source${string}` }
>;

function columnOrSourceText(problem: ColumnOrSource): string {
  switch (problem.code) {
    case 'recipe.columnMissing':
      return columnMissingText(problem);
    case 'recipe.columnUnseen': {
      const text = t('None of the first {0} rows has a column "{1}".', problem.rowsRead, problem.column);
      return text + didYouMean(problem.suggestion);
    }
    case 'recipe.columnDropped':
      return t('The column "{0}" is dropped by this recipe. Use it or drop it.', problem.column);
    case 'recipe.sourceMissing':
      return t('There is no file {0}. Paths are relative to the recipe.', problem.file);
    case 'recipe.sourceUnreadable':
      return t('{0} cannot be read: {1}', problem.file, sourceFaultText(problem.fault satisfies SourceFault));
    default:
      return problem satisfies never;
  }
}

function columnMissingText(problem: Extract<RecipeProblemFacts, { readonly code: 'recipe.columnMissing' }>): string {
  const { column, suggestion, columns, use } = problem;
  if (use === 'dropColumns') {
    return t('There is no column "{0}" to drop.', column) + didYouMean(suggestion);
  }
  const text = t('There is no column "{0}".', column);
  if (suggestion !== null || columns.length === 0) return text + didYouMean(suggestion);
  const shown = columns.slice(0, 12).map((name) => `"${name}"`);
  const list = shown.join(', ') + (columns.length > shown.length ? ', …' : '');
  return `${text} ${t('The source has: {0}.', list)}`;
}

function didYouMean(suggestion: string | null): string {
  return suggestion === null ? '' : ` ${t('Did you mean "{0}"?', suggestion)}`;
}

function typeText(type: ExpectedType): string {
  switch (type) {
    case 'object':
      return t('an object');
    case 'array':
      return t('an array');
    case 'text':
      return t('text');
    case 'boolean':
      return t('true or false');
    case 'wholeNumber':
      return t('a whole number');
    case 'number':
      return t('a number');
    default:
      return type satisfies never;
  }
}

function rangeText(problem: Extract<RecipeProblemFacts, { readonly code: 'recipe.numberOutOfRange' }>): string {
  const { key, minimum, maximum, exclusive } = problem;
  if (maximum === null) return t('"{0}" must be at least {1}.', key, minimum);
  return exclusive
    ? t('"{0}" must lie between {1} and {2}, not including them.', key, minimum, maximum)
    : t('"{0}" must lie between {1} and {2}.', key, minimum, maximum);
}
