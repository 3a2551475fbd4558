import { t } from '@vscode/l10n';
import type { ArgumentFault } from '../core/dataset/codes/toolCodes.ts';
import type { Format, Method } from '../core/dataset/format.ts';
import type { JsonType } from '../core/dataset/jsonType.ts';
import type { Expected } from '../core/jsonl/syntax.ts';

/** Name of a format as people know it. */
export function formatName(format: Format): string {
  switch (format) {
    case 'chat':
      return t('supervised chat');
    case 'preference':
      return t('preference pairs (DPO)');
    case 'reinforcement':
      return t('reinforcement fine-tuning');
    case 'completion':
      return t('prompt and completion');
  }
}

export function methodName(method: Method): string {
  switch (method) {
    case 'supervised':
      return t('supervised');
    case 'dpo':
      return t('preference optimization (DPO)');
    case 'reinforcement':
      return t('reinforcement');
  }
}

/** A JSON type with its article; what is not there is said so. */
export function typeName(type: JsonType | undefined): string {
  switch (type) {
    case undefined:
      return t('missing');
    case 'null':
      return t('null');
    case 'boolean':
      return t('true or false');
    case 'number':
      return t('a number');
    case 'string':
      return t('a string');
    case 'array':
      return t('an array');
    case 'object':
      return t('an object');
  }
}

export function expectedText(expected: Expected): string {
  switch (expected) {
    case 'value':
      return t('a value');
    case 'key':
      return t('a key in double quotes');
    case 'colon':
      return t('a colon');
    case 'comma':
      return t('a comma');
    case 'closingBrace':
      return t('a closing brace');
    case 'closingBracket':
      return t('a closing bracket');
    case 'end':
      return t('the end of the line');
    case 'closingQuote':
      return t('a closing double quote');
    case 'validEscape':
      return t('a valid escape sequence');
    case 'validNumber':
      return t('a valid number');
    case 'validSymbol':
      return t('a string, a number, true, false, null, an object or an array');
  }
}

/** Bytes as whole megabytes, rounded up. */
export function megabytes(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}

/** A code point as it is written after U+. */
export function hex(codePoint: number): string {
  return codePoint.toString(16).toUpperCase().padStart(4, '0');
}

/** How an argument breaks the schema. */
export function argumentFault(parameter: string, fault: ArgumentFault): string {
  switch (fault) {
    case 'missing':
      return t('"{0}" is required and missing', parameter);
    case 'unknown':
      return t('"{0}" is not declared', parameter);
    case 'type':
      return t('"{0}" is of another type', parameter);
    case 'enum':
      return t('"{0}" is none of the listed values', parameter);
  }
}
