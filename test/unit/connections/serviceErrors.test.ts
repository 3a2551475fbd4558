import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError, type ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { explainServiceError } from '../../../src/messages/serviceErrors.ts';

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

  it('has one text for each case', () => {
    const texts = table.map(([facts]) => explain(facts));
    assert.equal(new Set(texts).size, texts.length);
  });

  it('quotes braces of a service as they are', () => {
    assert.match(explain({ kind: 'rejected', status: 400 }, 'bad {0} {1}'), /\(bad \{0\} \{1\}\)/);
  });
});
