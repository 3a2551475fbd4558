import { t } from '@vscode/l10n';
import type { ServiceErrorFacts } from '../core/providers/port.ts';

/** What a person can do at once about a failure; whoever shows it binds a command to it. */
export type AdviceAction =
  | 'setKey'
  | 'switchConnection'
  | 'addConnection'
  | 'refreshJobs'
  | 'manageTrust'
  | 'proxySettings'
  | 'connectionSettings'
  | 'showEngineLog'
  | 'restartEngine'
  | 'showDiskUse';

type Words = { readonly title: string; readonly why: string; readonly next: string };

type Row = {
  readonly id: string;
  readonly fits: (facts: ServiceErrorFacts) => boolean;
  /** `said` is the service's own sentence, without its full stop. */
  readonly words: (facts: ServiceErrorFacts, said: string) => Words;
  readonly action?: AdviceAction;
};

const coded =
  (...codes: readonly string[]) =>
  ({ code }: ServiceErrorFacts): boolean =>
    code !== undefined && codes.includes(code);
const withStatus =
  (...statuses: readonly number[]) =>
  ({ status }: ServiceErrorFacts): boolean =>
    status !== undefined && statuses.includes(status);
const ofKind =
  (kind: ServiceErrorFacts['kind']) =>
  (facts: ServiceErrorFacts): boolean =>
    facts.kind === kind;

/**
 * Every failure that a service, the Local engine or the way between can have, from the particular to the general: the
 * first row that fits counts. The last rows fit everything of their kind, so that nothing is without words.
 */
export const serviceErrorRows: readonly Row[] = [
  // The key.
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
  // What is asked for.
  row('modelGone', coded('model_gone'), ({ alternatives = [] }, said) => [
    t('Model Gone'),
    t('The service does not train this model any more, or not for you ({0}).', said),
    alternatives.length === 0
      ? t('Choose another base model; refresh the list first.')
      : t('Choose another base model, such as {0}.', alternatives.slice(0, 3).join(', ')),
  ]),
  row('modelUnknown', coded('model_not_found'), (_, said) => [
    t('Model Unknown'),
    t('The service does not know this model ({0}).', said),
    t('A new model can take some minutes; otherwise choose another one.'),
  ]),
  row(
    'engineTooOld',
    coded('unknown_url'),
    () => [t('Not Offered'), t('The Local engine that runs does not have this yet.'), t('Restart it, so that its newest version runs.')],
    'restartEngine',
  ),
  row(
    'pageOf404',
    ({ kind, code }) => kind === 'notFound' && code === 'web_page',
    () => [
      t('Wrong Address'),
      t('A web page says that there is nothing at this address.'),
      t('Check the base URL; it usually ends with /v1.'),
    ],
    'connectionSettings',
  ),
  row(
    'notFound',
    ofKind('notFound'),
    (_, said) => [
      t('Not Found'),
      t('The service does not know what was asked for ({0}).', said),
      t('It may be deleted, belong to another connection, or not be offered at this base URL.'),
    ],
    'refreshJobs',
  ),
  row(
    'cursorGone',
    ({ kind, param }) => kind === 'rejected' && param === 'after',
    (_, said) => [t('List Has Changed'), t('The list has changed since its last page was read ({0}).', said), t('Refresh it.')],
    'refreshJobs',
  ),
  row('notOffered', coded('not_offered', 'method_not_supported'), (_, said) => [
    t('Not Offered'),
    t('This service does not offer it ({0}).', said),
    t('Use another connection for it.'),
  ]),
  row(
    'jobMoved',
    coded('job_already_ended', 'job_not_paused'),
    (_, said) => [t('Job Has Moved On'), t('The job is in another state by now ({0}).', said), t('Refresh the list of jobs.')],
    'refreshJobs',
  ),
  row('inUse', coded('model_in_use', 'file_in_use'), (_, said) => [
    t('Still Needed'),
    t('It cannot be deleted yet ({0}).', said),
    t('Cancel or await the job that needs it, then try again.'),
  ]),
  row(
    'redirected',
    coded('redirected'),
    (_, said) => [t('Moved'), `${said}.`, t('Add a connection with that address if you trust it; redirects are not followed.')],
    'addConnection',
  ),
  row('tooLargeToDownload', coded('download_too_large'), (_, said) => [
    t('Too Large'),
    t('It was not downloaded ({0}).', said),
    t('Download the file with the service itself.'),
  ]),
  row('uploadRefused', coded('upload_refused'), ({ status }) => [
    t('File Not Taken'),
    t('The storage of the service did not take the file (HTTP {0}).', status ?? 0),
    t('Upload it again; the permission to store it lasts some minutes only.'),
  ]),
  row('conversationTooLong', coded('context_length_exceeded'), (_, said) => [
    t('Too Long'),
    t('The conversation is longer than the model can read ({0}).', said),
    t('Clear the chat or shorten the text.'),
  ]),
  row(
    'trainingFile',
    coded('invalid_training_file', 'invalid_validation_file', 'invalid_file_format', 'invalid_n_examples', 'invalid_file'),
    (_, said) => [t('File Not Accepted'), t('The service does not accept the file ({0}).', said), t('Correct it and upload it again.')],
  ),
  row('moderated', coded('content_policy_violation', 'content_filter', 'moderation_blocked'), (_, said) => [
    t('Stopped by a Filter'),
    t('A filter of the service stopped it ({0}).', said),
    t('Change the text; what the filter means is in the documents of the service.'),
  ]),
  row('payment', withStatus(402), (_, said) => [t('Payment Wanted'), t('The service wants payment first ({0}).', said), t('Check your account there.')]),
  row('fileTooLarge', withStatus(413), (_, said) => [t('Too Large'), t('The file is larger than the service accepts ({0}).', said), t('Split it.')]),
  row(
    'conflict',
    withStatus(409),
    (_, said) => [t('Busy'), t('The service is busy with the same thing ({0}).', said), t('Refresh and try again.')],
    'refreshJobs',
  ),
  row('badValue', ({ kind, param }) => kind === 'rejected' && param !== undefined, ({ param = '' }, said) => [
    t('Value Refused'),
    t('The service refused the value of «{0}» ({1}).', param, said),
    t('Correct it and try again.'),
  ]),
  row(
    'notAllowedThere',
    withStatus(405, 415, 421, 501),
    (_, said) => [
      t('Wrong Address'),
      t('The service does not take this kind of request ({0}).', said),
      t('Check the base URL; it usually ends with /v1.'),
    ],
    'connectionSettings',
  ),
  row('rejected', ofKind('rejected'), (_, said) => [t('Refused'), t('The service refused the request ({0}).', said), t('Correct it and try again.')]),
  // Too much of it.
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
  // The way there.
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

/** A minute from now is said in seconds, more in minutes; what asks for longer than a day is told as that. */
function retryText(seconds: number): string {
  if (seconds < 120) return t('Try again in {0} seconds.', Math.max(1, Math.ceil(seconds)));
  if (seconds < 7_200) return t('Try again in {0} minutes.', Math.ceil(seconds / 60));
  return seconds < 86_400 * 2 ? t('Try again in {0} hours.', Math.ceil(seconds / 3_600)) : t('It asks to wait for days; check your account there.');
}

function row(
  id: string,
  fits: Row['fits'],
  words: (facts: ServiceErrorFacts, said: string) => readonly [title: string, why: string, next: string],
  action?: AdviceAction,
): Row {
  return {
    id,
    fits,
    words: (facts, said) => {
      const [title, why, next] = words(facts, said);
      return { title, why, next };
    },
    ...(action === undefined ? {} : { action }),
  };
}
