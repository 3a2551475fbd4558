import { t } from '@vscode/l10n';
import type { GraderProblemFacts, JobFileProblemFacts, ValueProblem } from '../core/jobs/file/jobFileProblem.ts';
import { methodText } from './preflight.ts';
import { recipeProblemText } from './recipe.ts';

/** One problem of a job file as a sentence or two: what is wrong and, where it is not obvious, what to do. */
export function jobFileProblemText(problem: JobFileProblemFacts): string {
  switch (problem.code) {
    case 'jobFile.notObject':
      return t('A job file is a JSON object: {"version": 1, …}.');
    case 'jobFile.versionUnknown':
      return t('Version {0} of job files is not known. This version of Tunesmith reads version 1.', problem.found);
    case 'jobFile.connectionUnknown':
      return t('There is no connection "{0}" here. There are: {1}.', problem.connection, problem.known.join(', '));
    case 'jobFile.fileMissing':
      return t('There is no file {0}. Paths are relative to the job file.', problem.file);
    case 'jobFile.filesEqual':
      return t('A file cannot validate itself: choose another one than the training file.');
    case 'jobFile.suffix':
      return t('Use 1 to {0} letters (A to Z), digits, - and _.', problem.maxLength);
    case 'jobFile.methodUnsupported':
      return t('{0} cannot be trained by {1}. Choose another model.', problem.model, methodText(problem.method));
    case 'jobFile.settingUnused':
      return t('"{0}" has no effect for {1}.', problem.key, methodText(problem.method));
    case 'jobFile.unsupported':
      return t('"{0}" has no effect at this service.', problem.key);
    case 'jobFile.validationNeeded':
      return t('A reinforcement job measures itself on a validation file. Choose one.');
    case 'jobFile.metadata':
      return metadataText(problem.reason);
    default:
      return isGraderProblem(problem) ? graderProblemText(problem) : recipeProblemText(problem satisfies ValueProblem);
  }
}

function isGraderProblem(problem: GraderProblemFacts | ValueProblem): problem is GraderProblemFacts {
  return problem.code.startsWith('grader.');
}

function metadataText(reason: Extract<JobFileProblemFacts, { readonly code: 'jobFile.metadata' }>['reason']): string {
  switch (reason) {
    case 'tooMany':
      return t('A job keeps at most 13 pairs of your own.');
    case 'keyLong':
      return t('A key has at most 64 characters.');
    case 'valueLong':
      return t('A value has at most 512 characters.');
    case 'reserved':
      return t('Keys that begin with "tunesmith_" are ours.');
    default:
      return reason satisfies never;
  }
}

function graderProblemText(problem: GraderProblemFacts): string {
  switch (problem.code) {
    case 'grader.nested':
      return t('A grader of the type "multi" cannot stand inside another one.');
    case 'grader.empty':
      return t('There must be at least one.');
    case 'grader.templateUnclosed':
      return t('This placeholder has no end. Add "}}".');
    case 'grader.templateRoot':
      return t('A placeholder begins with "item" (a field of the example) or "sample" (the answer), not with "{0}".', problem.root);
    case 'grader.labelUnknown':
      return t('"{0}" is none of the labels.', problem.label);
    case 'grader.rangeReversed':
      return t('A range is the least and the highest score, in this order.');
    case 'grader.formulaName':
      return t('"{0}" is no grader. There are: {1}.', problem.name, problem.known.join(', '));
    case 'grader.noGradeFunction':
      return t('The source must define the function grade(sample, item).');
    default:
      return problem satisfies never;
  }
}
