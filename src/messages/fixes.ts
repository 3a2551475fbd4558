import { t } from '@vscode/l10n';
import type { FixKind } from '../core/dataset/fixes/fix.ts';
import { withShownTexts } from './plainText.ts';

/** What a mend does, as the title of its menu entry. */
export function fixTitle(mend: FixKind): string {
  const fix = withShownTexts(mend);
  switch (fix.kind) {
    case 'removeTrailingComma':
      return t('Remove the comma');
    case 'uncomment':
      return t('Uncomment this line');
    case 'removeInvisible':
      return t('Remove the invisible characters');
    case 'deleteLine':
      return t('Delete this line');
    case 'convertPython':
      return t('Convert this line from Python to JSON');
    case 'splitLine':
      return t('Split into {0} lines', fix.parts);
    case 'escapeControlCharacters':
      return t('Escape the control characters');
    case 'closeBrackets':
      return t('Close with {0}', fix.closers);
    case 'convertToLines':
      return t('Convert the file to JSON Lines');
    case 'removeByteOrderMark':
      return t('Remove the byte-order mark');
    case 'removeKey':
      return t('Remove "{0}"', fix.key);
    case 'removeDuplicateKey':
      return t('Remove this ignored "{0}"', fix.key);
    case 'renameKey':
      return t('Rename "{0}" to "{1}"', fix.from, fix.to);
    case 'insertKey':
      return t('Insert "{0}": {1}', fix.key, fix.value);
    case 'setValue':
      return t('Change to {0}', fix.value);
    case 'stringify':
      return t('Turn into a string');
    case 'decode':
      return t('Remove one layer of JSON encoding');
    case 'wrapInArray':
      return t('Put into an array');
    case 'wrapInObject':
      return t('Put into "{0}"', fix.key);
    case 'wrapAsText':
      return t('Turn into a text part');
    case 'trim':
      return t('Trim white space');
    case 'redact':
      return t('Redact: put {0} in its place', fix.placeholder);
    case 'removePart':
      return t('Remove this part');
    case 'removeMessage':
      return t('Remove this message');
    case 'removeTrailingMessages':
      return fix.count === 1
        ? t('Remove the message after the last answer')
        : t('Remove the {0} messages after the last answer', fix.count);
    case 'moveSystemFirst':
      return t('Move the system message to the start');
    case 'trainLastAnswer':
      return t('Train on the last answer (weight 1)');
    case 'addByteOrderMark':
      return t('Add a byte-order mark');
    case 'wrapAsAnswer':
      return t('Turn into a message of the assistant');
    case 'wrapAsQuestion':
      return t('Turn into a message of the user');
    case 'removeAnswer':
      return t('Remove the answer');
    case 'mergeMessages':
      return t('Merge with the message before');
    case 'removeHalves':
      return t('Remove the half characters');
    case 'convertFunctions':
      return t('Convert to "tools"');
    case 'renameFunction':
      return t('Rename to "{0}" here and in all calls of this example', fix.to);
    case 'declareFunction':
      return t('Declare "{0}" in "tools"', fix.name);
    case 'removeTool':
      return t('Remove this repeated declaration');
    case 'removeItem':
      return t('Remove from the list');
    case 'makeStrict':
      return t('Require all parameters and allow no others');
    case 'convertToChat':
      return t('Convert the file to chat examples');
    case 'appendToAll':
      return fix.key === 'prompt'
        ? t('Append "{0}" to all prompts', fix.text)
        : t('Append "{0}" to all completions', fix.text);
    case 'spaceBeforeAll':
      return t('Put a space before all completions');
  }
}
