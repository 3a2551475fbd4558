import type { JobError } from '../../core/providers/wire.ts';
import { isBlank } from '../../core/jsonl/lines.ts';
import { LineTooLongError, type Line } from '../../disk/files.ts';
import { exampleFault } from './chatExample.ts';

/** OpenAI's own minimum for the file that is trained on. */
const minTrainingExamples = 10;
/** Longer than any context; a longer line is no example but a file without line ends. */
export const maxExampleBytes = 16 * 1024 * 1024;

export type FileRole = 'training' | 'validation';

export type FileCheck = { readonly examples: number } | { readonly error: JobError };

/**
 * Checks a supervised chat file line by line, as the service does when a job begins, and stops at the first fault.
 * Blank lines are skipped; examples are numbered by their lines, from 1.
 */
export async function checkTrainingFile(
  lines: AsyncIterable<Line>,
  role: FileRole,
  fileId: string,
): Promise<FileCheck> {
  let examples = 0;
  try {
    for await (const line of lines) {
      const fault = exampleFault(line.text, line.validUtf8, { example: line.number, fileId });
      if (fault !== undefined) {
        return { error: fileError(fault.code, fault.message, role) };
      }
      const text = line.number === 1 ? line.text.replace(/^\uFEFF/, '') : line.text;
      examples += isBlank(text) ? 0 : 1;
    }
  } catch (error) {
    if (error instanceof LineTooLongError) {
      const message = `Invalid file format. Example ${error.line} cannot be parsed. Error: line is longer than ${error.maxBytes} bytes`;
      return { error: fileError('invalid_training_file', message, role) };
    }
    throw error;
  }
  const least = role === 'training' ? minTrainingExamples : 1;
  if (examples < least) {
    const title = role === 'training' ? 'Training' : 'Validation';
    const message = `${title} file has ${examples} example(s), but must have at least ${least} example${least === 1 ? '' : 's'}`;
    return { error: { code: 'invalid_n_examples', message, param: `${role}_file` } };
  }
  return { examples };
}

function fileError(code: string, message: string, role: FileRole): JobError {
  const kind = code === 'invalid_file_format' ? `a file format error in the ${role} file` : `an invalid ${role} file`;
  const ownCode = role === 'validation' && code === 'invalid_training_file' ? 'invalid_validation_file' : code;
  return { code: ownCode, message: `The job failed due to ${kind}. ${message}`, param: `${role}_file` };
}
