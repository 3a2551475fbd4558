import { t } from '@vscode/l10n';
import { coded, ofKind, row, type Row } from './row.ts';

/** The key, and what it may do. */
export const accessRows: readonly Row[] = [
  row('noKey', coded('no_key'), () => [t('No API Key'), t('This connection has no API key.'), t('Run «Set API Key…».')], 'setKey'),
  row(
    'variableNotSet',
    coded('variable_not_set'),
    ({ param = '' }) => [
      t('No API Key'),
      t('The environment variable {0} holds no key.', param),
      t('Set it and restart VS Code, or run «Set API Key…».'),
    ],
    'setKey',
  ),
  row(
    'keyRefused',
    ofKind('unauthorized'),
    (_, said) => [t('API Key Refused'), t('The service does not accept the API key ({0}).', said), t('Run «Set API Key…» with a valid one.')],
    'setKey',
  ),
  // Who may what.
  row(
    'restrictedMode',
    coded('restricted_mode'),
    () => [t('Restricted Mode'), t('This workspace is in Restricted Mode, so no service is asked.'), t('Trust the workspace first.')],
    'manageTrust',
  ),
  row(
    'proxyAuth',
    coded('proxy_auth'),
    () => [
      t('Proxy Wants a Sign-In'),
      t('The proxy between this machine and the service wants a user name and a password.'),
      t('Put them into the address of the proxy (setting «http.proxy»), or sign in to your network.'),
    ],
    'proxySettings',
  ),
  row(
    'closedForCreation',
    ({ kind, code }) => kind === 'forbidden' && code === 'creation_closed',
    (_, said) => [
      t('Closed for New Jobs'),
      t('The service takes no new jobs of your organization ({0}).', said),
      t('Train the same dataset on another connection.'),
    ],
    'switchConnection',
  ),
  row(
    'forbidden',
    ofKind('forbidden'),
    (_, said) => [
      t('Not Permitted'),
      t('The service does not permit this to your key or organization ({0}).', said),
      t('Check its permissions, or switch to another connection.'),
    ],
    'switchConnection',
  ),
];
