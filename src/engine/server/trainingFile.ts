import type { JobError } from '../../core/providers/wire.ts';
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
export async function checkTrainingFile(lines: AsyncIterable<Line>, role: FileRole): Promise<FileCheck> {
  let examples = 0;
  try {
    for await (const line of lines) {
      const text = line.number === 1 && line.text.startsWith('\uFEFF') ? line.text.slice(1) : line.text;
      if (text.trim() === '') {
        continue;
      }
      const fault = line.validUtf8
        ? lineFault(text, line.number)
        : unreadable(line.number, 'the line is not valid UTF-8');
      if (fault !== undefined) {
        return { error: fileError(fault.code, fault.message, role) };
      }
      examples += 1;
    }
  } catch (error) {
    if (error instanceof LineTooLongError) {
      const fault = unreadable(error.line, `the line is longer than ${error.maxBytes} bytes`);
      return { error: fileError(fault.code, fault.message, role) };
    }
    throw error;
  }
  const least = role === 'training' ? minTrainingExamples : 1;
  if (examples < least) {
    const title = role === 'training' ? 'Training' : 'Validation';
    return {
      error: {
        code: 'invalid_n_examples',
        message: `${title} file has ${examples} example(s), but must have at least ${least} example${least === 1 ? '' : 's'}`,
        param: `${role}_file`,
      },
    };
  }
  return { examples };
}

function lineFault(text: string, number: number): { readonly code: string; readonly message: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(number, `line contains invalid json: ${jsonFault(error, text)}`);
  }
  return exampleFault(value, number);
}

function unreadable(number: number, why: string): { readonly code: string; readonly message: string } {
  return {
    code: 'invalid_training_file',
    message: `Invalid file format. Example ${number} cannot be parsed. Error: ${why} (line ${number})`,
  };
}

/** What JSON.parse said, without the piece of text that it quotes. */
function jsonFault(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) {
    const said = message.slice(0, message.indexOf(' in JSON at position')).replace(/^Unexpected token .*/, 'Unexpected token');
    return `${said}: column ${Number(position) + 1} (char ${position})`;
  }
  return message.startsWith('Unexpected end') ? `Unexpected end: column ${text.length + 1} (char ${text.length})` : 'Unexpected token';
}

function fileError(code: string, message: string, role: FileRole): JobError {
  const kind = code === 'invalid_file_format' ? `a file format error in the ${role} file` : `an invalid ${role} file`;
  const ownCode = role === 'validation' && code === 'invalid_training_file' ? 'invalid_validation_file' : code;
  return { code: ownCode, message: `The job failed due to ${kind}. ${message}`, param: `${role}_file` };
}
