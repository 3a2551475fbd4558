import { t } from '@vscode/l10n';
import type { LineCodes } from '../../core/dataset/codes/lineCodes.ts';
import { expectedText, hex, megabytes, typeName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const lineTexts: TextsOf<LineCodes> = {
  'line.blank': () =>
    t('This line is blank, and not every service skips blank lines. Delete it.'),
  'line.tooLong': (problem) =>
    t('This line is longer than {0} MB and was not checked. Check the file from the command line, or shorten the example.', megabytes(problem.maximum)),
  'line.invalidUtf8': () =>
    t('This line holds bytes that are not UTF-8, so the service cannot read it. Save the file again from its source with the encoding UTF-8.'),
  'line.replacementCharacter': () =>
    t('This is the character U+FFFD, which stands where text was damaged by a wrong encoding. Restore the original text, or the model learns the damage.'),
  'line.invisibleCharacter': ({ count, codePoints }) =>
    count === 1
      ? t('The line holds a character that nobody sees ({0}), and the model learns it. Remove it unless it is meant.', codePoints.map((codePoint) => `U+${hex(codePoint)}`).join(', '))
      : t('The line holds {0} characters that nobody sees ({1}), and the model learns them. Remove them unless they are meant.', count, codePoints.map((codePoint) => `U+${hex(codePoint)}`).join(', ')),
  'json.syntax': (problem) =>
    problem.found === ''
      ? t('This is not valid JSON: {0} is missing here. The service rejects the file at such a line.', expectedText(problem.expected))
      : t('This is not valid JSON: here stands "{1}" where {0} is expected. The service rejects the file at such a line.', expectedText(problem.expected), problem.found),
  'json.unclosed': (problem) =>
    t('The line ends before its JSON does: "{0}" is missing. Each example stands complete on one line.', problem.closers),
  'json.comment': () =>
    t('This line is a comment, and JSON has none, so the service rejects the file. Uncomment the example, or delete the line.'),
  'json.trailingComma': () =>
    t('JSON has no comma after the last item, and no comma between the lines of a file. Remove it.'),
  'json.pythonLiteral': () =>
    t('This line was written by Python\'s repr and is not JSON: strings need double quotes, and True, False and None are true, false and null. Convert it, and write such files with json.dumps.'),
  'json.nonFinite': (problem) =>
    t('JSON has no "{0}". Use a number, null, or a string.', problem.word),
  'json.concatenated': () =>
    t('A second value starts here. Put each example on a line of its own.'),
  'json.controlCharacter': (problem) =>
    t('A JSON string cannot hold the control character U+{0} as it is. Write it as an escape sequence.', hex(problem.codePoint)),
  'json.notObject': (problem) =>
    t('This line holds {0}, but each line must hold a JSON object.', typeName(problem.type)),
  'json.duplicateKey': (problem) =>
    t('The key "{0}" occurs again later in the same object. Only the last one counts, so this value is ignored. Remove one of them.', problem.key),
  'json.loneSurrogate': () =>
    t('This text holds half of a character (a lone surrogate), which cannot be written as UTF-8. Restore or remove the character.'),
};
