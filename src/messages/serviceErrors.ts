import { t } from '@vscode/l10n';
import type { ServiceError, ServiceErrorFacts } from '../core/providers/port.ts';

/**
 * Why a service did not do what was asked, and one next step, as whole sentences. The caller puts what failed in
 * front of it. The service's own sentence is quoted where it knows more than we do.
 */
export function explainServiceError(error: ServiceError): string {
  const { facts } = error;
  // The sentence goes into parentheses in the middle of ours.
  const message = error.message.replace(/[.\s]+$/, '');
  switch (facts.kind) {
    case 'unauthorized':
      return explainUnauthorized(facts, message);
    case 'forbidden':
      return explainForbidden(facts, message);
    case 'notFound':
      return explainNotFound(facts, message);
    case 'rejected':
      return withRequest(explainRejected(facts, message), facts);
    case 'rateLimited':
      return explainRateLimited(facts, message);
    case 'serverFault':
      return withRequest(explainServerFault(facts, message), facts);
    case 'unreachable':
      return explainUnreachable(facts);
    case 'cutOff':
      return facts.code === 'timeout'
        ? t('The service took too long to answer. It may have done what was asked: refresh before trying again.')
        : t('The connection broke off before the answer was complete. Refresh before trying again.');
    case 'cancelled':
      return t('It was cancelled.');
    default:
      return facts.kind satisfies never;
  }
}

function explainUnauthorized(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'no_key') return t('This connection has no API key. Run «Set API Key…».');
  if (facts.code === 'variable_not_set') {
    return t(
      'The environment variable {0} holds no key. Set it and restart VS Code, or run «Set API Key…».',
      facts.param ?? '',
    );
  }
  return t('The service does not accept the API key ({0}). Run «Set API Key…» with a valid one.', message);
}

function explainForbidden(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'restricted_mode') {
    return t('This workspace is in Restricted Mode, so no service is asked. Trust the workspace first.');
  }
  return t(
    'The service does not permit this to your key or organization ({0}). Check its permissions, or switch to another connection.',
    message,
  );
}

function explainNotFound(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'model_not_found') {
    return t(
      'The service does not know this model ({0}). A new model can take some minutes; otherwise choose another one.',
      message,
    );
  }
  return t(
    'The service does not know what was asked for ({0}). It may be deleted, belong to another connection, or not be offered at this base URL.',
    message,
  );
}

function explainRejected(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'redirected') {
    return t('{0}. Add a connection with that address if you trust it; redirects are not followed.', message);
  }
  if (facts.code === 'download_too_large') {
    return t('It was not downloaded ({0}). Download the file with the service itself.', message);
  }
  if (facts.code === 'context_length_exceeded') {
    return t('The conversation is longer than the model can read ({0}). Clear the chat or shorten the text.', message);
  }
  if (facts.status === 402) return t('The service wants payment first ({0}). Check your account there.', message);
  if (facts.status === 413) return t('The file is larger than the service accepts ({0}). Split it.', message);
  if (facts.status === 409) return t('The service is busy with the same thing ({0}). Refresh and try again.', message);
  if (facts.param) return t('The service refused the value of «{0}» ({1}). Correct it and try again.', facts.param, message);
  return t('The service refused the request ({0}). Correct it and try again.', message);
}

function explainRateLimited(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'insufficient_quota') {
    return t('The account has no credit left ({0}). Add credit at the service, or switch to another connection.', message);
  }
  if (facts.retryAfter !== undefined) {
    return t('Too many requests ({0}). Try again in {1} seconds.', message, Math.ceil(facts.retryAfter));
  }
  return t('Too many requests ({0}). Try again in a minute.', message);
}

function explainServerFault(facts: ServiceErrorFacts, message: string): string {
  if (facts.code === 'invalid_answer') {
    return t(
      'Something answers at this address, but not as an OpenAI-compatible service ({0}). Check the base URL; it usually ends with /v1.',
      message,
    );
  }
  return t('The service has a fault of its own ({0}). Try again later.', message);
}

function explainUnreachable(facts: ServiceErrorFacts): string {
  switch (facts.code) {
    case 'ECONNREFUSED':
      return t('Nothing listens at this address. Check that the service runs and that the base URL is right.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return t('The host name cannot be found. Check the base URL and your network.');
    case undefined:
      return t('The service cannot be reached. Check your network and the base URL.');
    default:
      if (/CERT|SIGNED|UNABLE_TO|^ERR_TLS/.test(facts.code)) {
        return t(
          'The certificate of the service is not trusted ({0}). Check the base URL, or add its authority to this machine.',
          facts.code,
        );
      }
      return t('The service cannot be reached ({0}). Check your network and the base URL.', facts.code);
  }
}

/** The service's support asks for this id first. */
function withRequest(text: string, facts: ServiceErrorFacts): string {
  return facts.requestId ? t('{0} Request ID: {1}.', text, facts.requestId) : text;
}
