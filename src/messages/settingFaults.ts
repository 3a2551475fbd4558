import { t } from '@vscode/l10n';
import type { ConnectionFault } from '../core/providers/connectionFaults.ts';
import type { HeaderFault } from '../core/providers/headers.ts';
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

/** What of a connection is passed over, and why. */
export function connectionFaultText(fault: ConnectionFault): string {
  const { connection } = fault;
  if (fault.kind === 'notUsed') return t('The connection «{0}» is not used: it needs «id», «label» and an https «baseURL».', connection);
  return t('The header «{0}» of «{1}» is not sent: {2}', fault.name, connection, headerReason(fault.fault));
}

function headerReason(fault: HeaderFault): string {
  switch (fault) {
    case 'carriesKey':
      return t('it carries a key, which belongs into the secret storage. Run «Set API Key…».');
    case 'reserved':
      return t('it belongs to HTTP itself.');
    case 'notName':
      return t('that is no name of a header.');
    case 'notValue':
      return t('its value is no text that a header can carry.');
    default:
      return fault satisfies never;
  }
}
