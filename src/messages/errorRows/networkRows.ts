import { t } from '@vscode/l10n';
import { coded, ofKind, row, type Row } from './row.ts';

/** The way there. */
export const networkRows: readonly Row[] = [
  row('refusedConnection', coded('ECONNREFUSED'), () => [
    t('Nothing Listens'),
    t('Nothing listens at this address.'),
    t('Check that the service runs and that the base URL is right.'),
  ], 'connectionSettings'),
  row('unknownHost', coded('ENOTFOUND', 'EAI_AGAIN'), () => [
    t('Host Unknown'),
    t('The host name cannot be found.'),
    t('Check the base URL and your network.'),
  ]),
  row(
    'proxyRefused',
    coded('proxy_refused'),
    (_, said) => [t('Proxy Refuses'), `${said}.`, t('Check the setting «http.proxy», or ask who runs the proxy.')],
    'proxySettings',
  ),
  row('expired', coded('CERT_HAS_EXPIRED'), ({ code = '' }) => [
    t('Certificate Expired'),
    t('The certificate of the service has expired ({0}), or the clock of this machine is wrong.', code),
    t('Check the clock; otherwise only the operator of the service can renew it.'),
  ]),
  row(
    'untrusted',
    ({ code = '' }) => /CERT|SIGNED|UNABLE_TO|HOSTNAME|^ERR_TLS/.test(code),
    ({ code = '' }) => [
      t('Certificate Not Trusted'),
      t('The certificate of the service is not trusted ({0}).', code),
      t('Check the base URL, or add its authority to this machine.'),
    ],
  ),
  row('unreachable', ofKind('unreachable'), ({ code }) => [
    t('Out of Reach'),
    code === undefined ? t('The service cannot be reached.') : t('The service cannot be reached ({0}).', code),
    t('Check your network and the base URL.'),
  ]),
  row(
    'timeout',
    ({ kind, code }) => kind === 'cutOff' && code === 'timeout',
    () => [t('No Answer'), t('The service took too long to answer.'), t('It may have done what was asked: refresh before trying again.')],
    'refreshJobs',
  ),
  row(
    'cutOff',
    ofKind('cutOff'),
    () => [t('Cut Off'), t('The connection broke off before the answer was complete.'), t('Refresh before trying again.')],
    'refreshJobs',
  ),
  row('cancelled', ofKind('cancelled'), () => [t('Cancelled'), t('It was cancelled.'), '']),
];
