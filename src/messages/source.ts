import { t } from '@vscode/l10n';
import type { SourceFault } from '../core/prepare/recipeProblem.ts';

/** Why a source cannot be read: a sentence or two, with the line and what to do. */
export function sourceFaultText(fault: SourceFault): string {
  switch (fault.kind) {
    case 'empty':
      return t('The file is empty.');
    case 'isFolder':
      return t('It is a folder.');
    case 'system':
      return systemErrorText(fault.code, fault.detail);
    case 'notEncoded':
      return t(
        'Line {0} is not {1}. Save the file as UTF-8, or set "source.encoding" to "auto" or "windows-1252".',
        fault.line,
        fault.encoding,
      );
    case 'headerCellTwice':
      return t('Line {0} names the column "{1}" twice. Rename one of them.', fault.line, fault.column);
    case 'cellCount':
      return fault.found > fault.expected
        ? t(
            'The record on line {0} has {1} cells for {2} columns. A cell that holds a delimiter must be in quotes.',
            fault.line,
            fault.found,
            fault.expected,
          )
        : t('The record on line {0} has {1} cells for {2} columns.', fault.line, fault.found, fault.expected);
    case 'quoteOpen':
      return t('In the record on line {0} a quote is opened and never closed.', fault.line);
    case 'csvSyntax':
      return t('The record on line {0} is not valid: {1}.', fault.line, fault.detail.replace(/[.\s]+$/, ''));
    case 'jsonSyntax':
      return t('The row on line {0} is no valid JSON ({1}).', fault.line, fault.detail.replace(/[.\s]+$/, ''));
    case 'notArray':
      return t('Line {0} does not begin an array. A JSON source is an array of objects: [{…}, {…}].', fault.line);
    case 'rowNotObject':
      return t('The row on line {0} is not an object: {"column": "cell", …}.', fault.line);
    case 'rowTooLong':
      return t(
        'The row on line {0} is longer than {1} MB. Probably a quote or bracket is not closed.',
        fault.line,
        Math.round(fault.maxBytes / 1024 / 1024),
      );
    case 'rowTooDeep':
      return t('The row on line {0} is nested too deeply.', fault.line);
    default:
      return fault satisfies never;
  }
}

/** What the operating system says about a file, in words for the codes that people meet. */
export function systemErrorText(code: string, detail: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return t('The system does not allow it. Check the permissions, and whether another program has the file open.');
    case 'ENOSPC':
    case 'EDQUOT':
      return t('The disk is full.');
    case 'EROFS':
      return t('The disk is read-only.');
    case 'ENOENT':
      return t('The file or its folder does not exist.');
    case 'EISDIR':
      return t('It is a folder.');
    case 'ELOOP':
      return t('It is a link to another place, which is not followed. Put a real file or folder there.');
    case 'EBUSY':
      return t('Another program has the file open.');
    default:
      return t('The system reports: {0}.', detail.replace(/[.\s]+$/, ''));
  }
}
