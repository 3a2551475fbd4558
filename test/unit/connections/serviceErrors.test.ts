import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError, type ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { adviseOn, explainServiceError } from '../../../src/messages/serviceErrors.ts';
import { serviceErrorRows } from '../../../src/messages/serviceErrorTable.ts';

function explain(facts: ServiceErrorFacts, message = 'The reason.'): string {
  return explainServiceError(new ServiceError(message, facts));
}

describe('what a person reads about a failure', () => {
  const table: readonly [ServiceErrorFacts, RegExp][] = [
    [{ kind: 'unauthorized', code: 'no_key' }, /no API key\. Run «Set API Key…»/],
    [{ kind: 'unauthorized', code: 'variable_not_set', param: 'MY_KEY' }, /MY_KEY holds no key\. Set it/],
    [{ kind: 'unauthorized', status: 401 }, /does not accept the API key \(The reason\)\. Run/],
    [{ kind: 'forbidden', code: 'restricted_mode' }, /Restricted Mode.*Trust/],
    [{ kind: 'forbidden', status: 403 }, /does not permit.*\(The reason\).*switch/],
    [{ kind: 'notFound', status: 404, code: 'model_not_found' }, /does not know this model/],
    [{ kind: 'notFound', status: 404 }, /The reason.*deleted/],
    [{ kind: 'rejected', status: 307, code: 'redirected' }, /^The reason\. Add a connection/],
    [{ kind: 'rejected', status: 400, code: 'context_length_exceeded' }, /longer than the model can read/],
    [{ kind: 'rejected', status: 402 }, /payment/],
    [{ kind: 'rejected', status: 409 }, /busy/],
    [{ kind: 'rejected', status: 413 }, /larger than the service accepts/],
    [{ kind: 'rejected', status: 400, param: 'seed' }, /«seed» \(The reason\)/],
    [{ kind: 'rejected', status: 400 }, /refused the request \(The reason\)\. Correct/],
    [{ kind: 'rateLimited', code: 'insufficient_quota' }, /no credit left/],
    [{ kind: 'rateLimited', retryAfter: 6.2 }, /Try again in 7 seconds/],
    [{ kind: 'rateLimited' }, /Try again in a minute/],
    [{ kind: 'serverFault', code: 'invalid_answer' }, /not as an OpenAI-compatible service.*\/v1/],
    [{ kind: 'serverFault', status: 500, requestId: 'req_1' }, /Try again later\. Request ID: req_1\.$/],
    [{ kind: 'unreachable', code: 'ECONNREFUSED' }, /Nothing listens/],
    [{ kind: 'unreachable', code: 'ENOTFOUND' }, /host name/],
    [{ kind: 'unreachable', code: 'CERT_HAS_EXPIRED' }, /certificate.*CERT_HAS_EXPIRED/],
    [{ kind: 'unreachable', code: 'EHOSTUNREACH' }, /cannot be reached \(EHOSTUNREACH\)/],
    [{ kind: 'unreachable' }, /Check your network/],
    [{ kind: 'cutOff', code: 'timeout' }, /may have done what was asked/],
    [{ kind: 'cutOff' }, /Refresh before trying again/],
    [{ kind: 'cancelled' }, /cancelled/],
  ];
  for (const [facts, expected] of table) {
    it(JSON.stringify(facts), () => {
      const text = explain(facts);
      assert.match(text, expected);
      assert.match(text, /\.$/);
      assert.doesNotMatch(text, /\{\d\}|undefined|\.\./);
    });
  }

  /** One failure for each row of the table: those of the contract, of other services, and of the Local engine. */
  const rows: readonly (readonly [id: string, facts: ServiceErrorFacts])[] = [
    ['noKey', { kind: 'unauthorized', code: 'no_key' }],
    ['variableNotSet', { kind: 'unauthorized', code: 'variable_not_set', param: 'MY_KEY' }],
    ['keyRefused', { kind: 'unauthorized', status: 401, code: 'invalid_api_key' }],
    ['restrictedMode', { kind: 'forbidden', code: 'restricted_mode' }],
    ['proxyAuth', { kind: 'forbidden', status: 407, code: 'proxy_auth' }],
    ['closedForCreation', { kind: 'forbidden', status: 403, code: 'creation_closed' }],
    ['forbidden', { kind: 'forbidden', status: 403 }],
    ['modelGone', { kind: 'notFound', status: 404, code: 'model_gone', alternatives: ['a', 'b'] }],
    ['modelUnknown', { kind: 'notFound', status: 404, code: 'model_not_found' }],
    ['engineTooOld', { kind: 'notFound', status: 404, code: 'unknown_url' }],
    ['pageOf404', { kind: 'notFound', status: 404, code: 'web_page' }],
    ['notFound', { kind: 'notFound', status: 404 }],
    ['cursorGone', { kind: 'rejected', status: 400, param: 'after' }],
    ['notOffered', { kind: 'rejected', status: 400, code: 'method_not_supported', param: 'method' }],
    ['jobMoved', { kind: 'rejected', status: 400, code: 'job_already_ended' }],
    ['inUse', { kind: 'rejected', status: 409, code: 'model_in_use' }],
    ['redirected', { kind: 'rejected', status: 307, code: 'redirected' }],
    ['tooLargeToDownload', { kind: 'rejected', code: 'download_too_large' }],
    ['uploadRefused', { kind: 'rejected', status: 403, code: 'upload_refused' }],
    ['conversationTooLong', { kind: 'rejected', status: 400, code: 'context_length_exceeded' }],
    ['trainingFile', { kind: 'rejected', status: 400, code: 'invalid_file_format', param: 'training_file' }],
    ['moderated', { kind: 'rejected', status: 400, code: 'content_filter' }],
    ['payment', { kind: 'rejected', status: 402 }],
    ['fileTooLarge', { kind: 'rejected', status: 413, code: 'file_too_large' }],
    ['conflict', { kind: 'rejected', status: 409, code: 'other_engine' }],
    ['badValue', { kind: 'rejected', status: 400, param: 'seed' }],
    ['notAllowedThere', { kind: 'rejected', status: 405 }],
    ['rejected', { kind: 'rejected', status: 400, code: 'invalid_json' }],
    ['noCredit', { kind: 'rateLimited', status: 429, code: 'insufficient_quota' }],
    ['rateLimitedUntil', { kind: 'rateLimited', status: 429, retryAfter: 600 }],
    ['rateLimited', { kind: 'rateLimited', status: 429 }],
    ['webPage', { kind: 'serverFault', code: 'web_page' }],
    ['gatewayPage', { kind: 'serverFault', status: 502, code: 'web_page' }],
    ['notCompatible', { kind: 'serverFault', code: 'invalid_answer' }],
    ['answerTooLarge', { kind: 'serverFault', code: 'answer_too_large' }],
    ['diskFull', { kind: 'serverFault', status: 507, code: 'disk_full' }],
    ['bytesLost', { kind: 'serverFault', status: 500, code: 'bytes_lost' }],
    ['generatorStopped', { kind: 'serverFault', status: 500, code: 'generator_stopped' }],
    ['serverFault', { kind: 'serverFault', status: 500, code: 'server_error' }],
    ['refusedConnection', { kind: 'unreachable', code: 'ECONNREFUSED' }],
    ['unknownHost', { kind: 'unreachable', code: 'EAI_AGAIN' }],
    ['proxyRefused', { kind: 'unreachable', code: 'proxy_refused' }],
    ['expired', { kind: 'unreachable', code: 'CERT_HAS_EXPIRED' }],
    ['untrusted', { kind: 'unreachable', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
    ['unreachable', { kind: 'unreachable', code: 'EHOSTUNREACH' }],
    ['timeout', { kind: 'cutOff', code: 'timeout' }],
    ['cutOff', { kind: 'cutOff', code: 'ECONNRESET' }],
    ['cancelled', { kind: 'cancelled' }],
  ];
  for (const [id, facts] of rows) {
    it(`${id}: a title, a reason and what to do`, () => {
      const advice = adviseOn(new ServiceError('The reason.', facts));
      assert.equal(advice.id, id);
      assert.match(advice.title, /^[A-Z][^.]{2,40}$/);
      assert.match(advice.why, /\.$/);
      if (id !== 'cancelled') assert.match(advice.next, /\.$/);
      assert.doesNotMatch(JSON.stringify(advice), /\{\d\}|undefined|\.\.|\n/);
    });
  }

  it('has a row for each of them, each once', () => {
    assert.deepEqual(serviceErrorRows.map(({ id }) => id), rows.map(([id]) => id));
  });

  it('says how long to wait as people say it', () => {
    const waits = [0.2, 1, 119, 120, 3_600, 7_200, 100_000, 315_360_000].map((retryAfter) => adviseOn(new ServiceError('x', { kind: 'rateLimited', retryAfter })).next);
    assert.deepEqual(waits.map((text) => /(\d+ \w+|days)/.exec(text)?.[0]), ['1 seconds', '1 seconds', '119 seconds', '2 minutes', '60 minutes', '2 hours', '28 hours', 'days']);
  });

  it('has one text for each case', () => {
    const texts = table.map(([facts]) => explain(facts));
    assert.equal(new Set(texts).size, texts.length);
  });

  it('quotes braces of a service as they are', () => {
    assert.match(explain({ kind: 'rejected', status: 400 }, 'bad {0} {1}'), /\(bad \{0\} \{1\}\)/);
  });
});
