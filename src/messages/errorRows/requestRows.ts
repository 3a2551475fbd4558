import { t } from '@vscode/l10n';
import { coded, ofKind, row, withStatus, type Row } from './row.ts';

/** What is asked for: gone, refused, too large, in another state. */
export const requestRows: readonly Row[] = [
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
  row('inUse', coded('model_in_use', 'file_in_use', 'not_deleted'), (_, said) => [
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
];
