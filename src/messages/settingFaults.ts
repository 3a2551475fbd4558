import { t } from '@vscode/l10n';
import type { SettingFault } from '../core/providers/settingReader.ts';

/** What is wrong with a place of a setting, and what may stand there. */
export function settingFaultText({ path, kind, choices = [] }: SettingFault): string {
  const place = path === '' ? t('the setting') : `«${path}»`;
  switch (kind) {
    case 'notObject':
      return t('{0} must be an object.', place);
    case 'unknownKey':
      return t('{0} is not known. Known here: {1}.', place, choices.join(', '));
    case 'notDate':
      return t('{0} must be a day, such as 2026-12-01.', place);
    case 'noDate':
      return t('{0} needs a date: say in «asOf» on which day it was looked up.', place);
    case 'notNumber':
      return t('{0} must be a number that is not negative.', place);
    case 'notBoolean':
      return t('{0} must be true or false.', place);
    case 'notText':
      return t('{0} must be a text.', place);
    case 'notChoice':
      return t('{0} must be one of {1}.', place, choices.join(', '));
    case 'notRange':
      return t('{0} has a least value above its greatest.', place);
    default:
      return kind satisfies never;
  }
}
