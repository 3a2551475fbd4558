import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsOfConnections } from '../../../src/core/providers/connectionFaults.ts';
import { faultOfHeader, usableHeaders, type HeaderFault } from '../../../src/core/providers/headers.ts';
import { connectionFaultText } from '../../../src/messages/settingFaults.ts';

describe('headers that a person sends with every request', () => {
  const table: readonly (readonly [fault: HeaderFault | undefined, names: readonly string[]])[] = [
    [undefined, ['X-Team', 'Helicone-Property-App', 'cf-aig-metadata', 'x-portkey-provider', 'X-Request-Source', 'traceparent', 'x-ms-client-request-id', 'X-Author', 'monkey']],
    [
      'carriesKey',
      [
        ...['Authorization', 'authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'api-key', 'Api-Key', 'apikey', 'X-API-Key', 'x-api-key'],
        ...['X-Auth-Token', 'x-access-token', 'x-portkey-api-key', 'Helicone-Auth-Token', 'Ocp-Apim-Subscription-Key', 'x-amz-security-token', 'X-Secret', 'x-session-token', 'X-Token', 'X-Password', 'Helicone-Auth', 'X-Amz-Authorization'],
      ],
    ],
    ['reserved', ['Host', 'Connection', 'Transfer-Encoding', 'TE', 'Upgrade', 'Keep-Alive', 'Content-Length', 'Content-Type', 'Expect', 'Proxy-Foo', 'Sec-Fetch-Site', 'User-Agent', 'OpenAI-Project']],
    ['notName', ['', 'a b', 'a:b', 'a\nb', 'ä', 'x'.repeat(101), 'a\r\nHost']],
  ];
  for (const [fault, names] of table) {
    for (const name of names) it(`${JSON.stringify(name)} is ${fault ?? 'sent'}`, () => assert.equal(faultOfHeader(name, 'v'), fault));
  }

  it('have values that a header can carry', () => {
    for (const value of ['', 'a b', 'é', 'x'.repeat(4000)]) assert.equal(faultOfHeader('X-A', value), undefined, value);
    for (const value of ['a\nb', 'a\r\nHost: evil', '\u0000', '東', 5, null, undefined, {}, 'x'.repeat(4001)]) {
      assert.equal(faultOfHeader('X-A', value), 'notValue', JSON.stringify(value));
    }
  });

  it('are at most twenty, and of nothing else', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`X-${index}`, 'v']));
    assert.equal(Object.keys(usableHeaders(many)).length, 20);
    for (const value of [undefined, null, 'x', 5, ['a']]) assert.deepEqual(usableHeaders(value), {});
    assert.deepEqual(usableHeaders({ 'X-A': '1', Cookie: 'c', 'X-B': 2 }), { 'X-A': '1' });
  });
});

describe('what of the setting of connections is passed over', () => {
  const good = { id: 'a', label: 'Team', baseURL: 'https://host.example/v1' };

  it('is told by the name of a connection and of a header, never by a value', () => {
    const setting = [
      { ...good, headers: { 'X-Team': 'a', Authorization: 'Bearer sk-secret-0123456789', Host: 'x', 'X-N': 5 } },
      { ...good, baseURL: 'http://host.example/v1' },
      5,
      good,
    ];
    const texts = faultsOfConnections(setting).map(connectionFaultText);
    assert.deepEqual(texts, [
      'The header «Authorization» of «Team» is not sent: it carries a key, which belongs into the secret storage. Run «Set API Key…».',
      'The header «Host» of «Team» is not sent: it belongs to HTTP itself.',
      'The header «X-N» of «Team» is not sent: its value is no text that a header can carry.',
      'The connection «Team» is not used: it needs «id», «label» and an https «baseURL».',
      'The connection «3» is not used: it needs «id», «label» and an https «baseURL».',
    ]);
    assert.doesNotMatch(texts.join(), /sk-secret/);
  });

  it('is nothing where nothing is written', () => {
    for (const setting of [undefined, null, 'x', {}, [], [good]]) assert.deepEqual(faultsOfConnections(setting), []);
  });
});
