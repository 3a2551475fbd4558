import { t } from '@vscode/l10n';
import type { SafetyCodes } from '../../core/dataset/codes/safetyCodes.ts';
import type { TextsOf } from './textsOf.ts';

/** None of these texts shows what was found: messages are copied, logged and sent in reports. */
export const safetyTexts: TextsOf<SafetyCodes> = {
  'safety.secret.key': (problem) =>
    t('This looks like a key of {0}. Uploaded, it is in other hands, and the model may repeat it. Redact it and, if it is real, revoke it.', problem.service),
  'safety.secret.token': (problem) =>
    problem.service === 'JWT'
      ? t('This looks like a signed access token (JWT). Whoever reads it can act for its owner. Redact it and, if it is real, revoke it.')
      : t('This looks like an access token of {0}. Uploaded, it is in other hands, and the model may repeat it. Redact it and, if it is real, revoke it.', problem.service),
  'safety.secret.privateKey': () =>
    t('This is a private key. Redact it and, if it is real, replace it wherever it is used.'),
  'safety.secret.password': () =>
    t('This address holds a password. Redact it and, if it is real, change it.'),
  'safety.secret.assigned': () =>
    t('This value is called a key, token or password here, and looks random. Redact it and, if it is real, revoke it.'),
  'safety.personal.email': () =>
    t('This is an e-mail address. The model may repeat it to anybody. Redact it, or allow it if it may be known.'),
  'safety.personal.phone': () =>
    t('This looks like a phone number. The model may repeat it to anybody. Redact it, or allow it if it may be known.'),
  'safety.personal.card': () =>
    t('This looks like the number of a payment card, and its checksum is right. Redact it.'),
  'safety.personal.iban': () =>
    t('This is the number of a bank account (IBAN), and its checksum is right. Redact it, or allow it if it may be known.'),
  'safety.personal.nationalId': (problem) =>
    t('This looks like a person\'s national number ({0}). Redact it.', problem.country),
  'safety.personal.ipAddress': () =>
    t('This is a public IP address, which may lead to a person. Redact it, or allow it if it may be known.'),
};
