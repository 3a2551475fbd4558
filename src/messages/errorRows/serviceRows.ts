import { t } from '@vscode/l10n';
import { coded, ofKind, row, type Row } from './row.ts';

/** Too much at once, and faults of the service itself, the Local engine included. */
export const serviceRows: readonly Row[] = [
  row(
    'noCredit',
    coded('insufficient_quota', 'exceeded_quota', 'billing_hard_limit_reached'),
    (_, said) => [
      t('No Credit Left'),
      t('The account has no credit left ({0}).', said),
      t('Add credit at the service, or switch to another connection.'),
    ],
    'switchConnection',
  ),
  row('rateLimitedUntil', ({ kind, retryAfter }) => kind === 'rateLimited' && retryAfter !== undefined, ({ retryAfter = 0 }, said) => [
    t('Too Many Requests'),
    t('Too many requests ({0}).', said),
    retryText(retryAfter),
  ]),
  row('rateLimited', ofKind('rateLimited'), (_, said) => [t('Too Many Requests'), t('Too many requests ({0}).', said), t('Try again in a minute.')]),
  // Its own faults.
  row(
    'webPage',
    ({ code, status }) => code === 'web_page' && (status === undefined || status < 500 || status === 511),
    () => [
      t('A Web Page Answered'),
      t('A web page answered in place of the service: the sign-in of a network, a proxy, or a site at a wrong address.'),
      t('Open the network’s sign-in in a browser, or check the base URL.'),
    ],
    'connectionSettings',
  ),
  row('gatewayPage', coded('web_page'), ({ status }) => [
    t('Service Down'),
    t('A gateway in front of the service answered with a web page (HTTP {0}).', status ?? 0),
    t('Try again later.'),
  ]),
  row(
    'notCompatible',
    coded('invalid_answer'),
    (_, said) => [
      t('Not a Fine-Tuning Service'),
      t('Something answers at this address, but not as an OpenAI-compatible service ({0}).', said),
      t('Check the base URL; it usually ends with /v1.'),
    ],
    'connectionSettings',
  ),
  row('answerTooLarge', coded('answer_too_large'), (_, said) => [
    t('Answer Too Large'),
    t('The answer was given up before it filled the memory ({0}).', said),
    t('Try again; if it stays so, tell the operator of the service.'),
  ]),
  row(
    'diskFull',
    ({ code, status }) => code === 'disk_full' || status === 507,
    () => [t('Disk Full'), t('The disk of the Local engine is full: nothing was stored.'), t('Make room, or delete files and jobs that are not needed.')],
    'showDiskUse',
  ),
  row(
    'bytesLost',
    coded('bytes_lost'),
    (_, said) => [t('Data Damaged'), t('Stored data is damaged and was not used ({0}).', said), t('Upload the file again; the log tells which.')],
    'showEngineLog',
  ),
  row(
    'generatorStopped',
    coded('generator_stopped'),
    (_, said) => [t('Model Stopped'), t('The Local engine’s model stopped in the middle ({0}).', said), t('Ask again; the log tells why.')],
    'showEngineLog',
  ),
  row('serverFault', ofKind('serverFault'), (_, said) => [
    t('Service Fault'),
    t('The service has a fault of its own ({0}).', said),
    t('Try again later.'),
  ]),
];

/** A minute from now is said in seconds, more in minutes; what asks for longer than a day is told as that. */
function retryText(seconds: number): string {
  if (seconds < 120) return t('Try again in {0} seconds.', Math.max(1, Math.ceil(seconds)));
  if (seconds < 7_200) return t('Try again in {0} minutes.', Math.ceil(seconds / 60));
  return seconds < 86_400 * 2 ? t('Try again in {0} hours.', Math.ceil(seconds / 3_600)) : t('It asks to wait for days; check your account there.');
}
