import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConnectionId, isLoopback, parseBaseURL, toConnections } from '../../../src/core/providers/connection.ts';
import { completeAzureURL, isAzureName, parseAzureAddress, toAzureBaseURL } from '../../../src/core/providers/azureAddress.ts';
import { faultOfHeader } from '../../../src/core/providers/headers.ts';
import { overrideProviders } from '../../../src/core/providers/overrides.ts';

describe('base URLs', () => {
  const good: readonly [string, string][] = [
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['  https://Host.Example/v1//  ', 'https://host.example/v1'],
    ['https://host.example', 'https://host.example'],
    ['https://host.example:443/v1', 'https://host.example/v1'],
    ['http://localhost:11434/v1', 'http://localhost:11434/v1'],
    ['http://127.0.0.1:8000/v1/', 'http://127.0.0.1:8000/v1'],
    ['http://127.1:8000/v1', 'http://127.0.0.1:8000/v1'],
    ['http://[::1]:8000/v1', 'http://[::1]:8000/v1'],
    ['https://r.services.ai.azure.com/api/projects/p/openai/v1/', 'https://r.services.ai.azure.com/api/projects/p/openai/v1'],
  ];
  for (const [text, baseURL] of good) {
    it(`${JSON.stringify(text)} is taken`, () => assert.deepEqual(parseBaseURL(text), { baseURL }));
  }

  const bad: readonly [string, string][] = [
    ['', 'notURL'],
    ['host.example/v1', 'notURL'],
    ['file:///etc/passwd', 'notURL'],
    ['ftp://host.example', 'notURL'],
    ['javascript:alert(1)', 'notURL'],
    ['http://host.example/v1', 'notHttps'],
    ['http://localhost.host.example/v1', 'notHttps'],
    ['http://127.0.0.1.host.example/v1', 'notHttps'],
    ['http://10.0.0.1/v1', 'notHttps'],
    ['http://0.0.0.0/v1', 'notHttps'],
    ['https://me:secret@host.example/v1', 'hasCredentials'],
    ['http://127.0.0.1@host.example/v1', 'notHttps'],
    ['https://host.example/v1?api-version=1', 'hasQuery'],
    ['https://host.example/v1#x', 'hasQuery'],
  ];
  for (const [text, fault] of bad) {
    it(`${JSON.stringify(text)} is refused: ${fault}`, () => assert.deepEqual(parseBaseURL(text), { fault }));
  }

  it('loopback is judged by the host alone', () => {
    assert.ok(['localhost', '127.0.0.1', '127.255.0.9', '[::1]'].every(isLoopback));
    assert.ok(!['localhost.example', '128.0.0.1', '[::2]', 'evil127.0.0.1', ''].some(isLoopback));
  });
});

describe('the list of connections', () => {
  const entry = { id: 'mine', label: 'Mine', baseURL: 'https://host.example/v1/' };

  it('begins with Local and OpenAI, whatever the setting holds', () => {
    for (const setting of [undefined, null, 'x', 5, {}, [], [null, 'x', []]]) {
      const all = toConnections(setting, undefined);
      assert.deepEqual(all.map(({ id }) => id), ['local', 'openai']);
      assert.equal(all[0]?.baseURL, undefined);
    }
    assert.equal(toConnections([], 'http://127.0.0.1:1/v1')[0]?.baseURL, 'http://127.0.0.1:1/v1');
  });

  it('goes on with the entries that can be used', () => {
    const all = toConnections([entry, { ...entry, id: 'two', profile: 'openai' }], undefined);
    assert.deepEqual(
      all.slice(2).map(({ id, label, baseURL, profile }) => [id, label, baseURL, profile.id]),
      [
        ['mine', 'Mine', 'https://host.example/v1', 'compatible'],
        ['two', 'Mine', 'https://host.example/v1', 'openai'],
      ],
    );
  });

  it('has the profile of its host, unless the entry names another one', () => {
    const entries = [
      { ...entry, id: 'a', baseURL: 'https://api.tokenfactory.nebius.com/v1' },
      { ...entry, id: 'b', baseURL: 'https://api.tokenfactory.nebius.com/v1', profile: 'compatible' },
      { ...entry, id: 'c', profile: 'azure' },
      { ...entry, id: 'd', profile: 'local' },
      { ...entry, id: 'e', profile: 'constructor' },
    ];
    assert.deepEqual(toConnections(entries, undefined).slice(2).map(({ profile }) => profile.id), ['nebius', 'compatible', 'azure', 'compatible', 'compatible']);
  });

  it('has what a person knows better', () => {
    const { providers } = overrideProviders({ openai: { asOf: '2026-12-01', minExamples: 20 } });
    assert.equal(toConnections([], undefined, providers)[1]?.profile.minExamples?.value, 20);
  });

  it('sends what an entry says, as far as it may', () => {
    const sending = {
      organization: 'org-1',
      project: 'proj 1',
      keyHeader: 'api-key',
      headers: { 'X-Team': 'a', Authorization: 'Bearer x', Cookie: 'x', 'X-Bad\n': 'x', 'X-Number': 5 },
    };
    const [, , connection] = toConnections([{ ...entry, ...sending }], undefined);
    assert.deepEqual(connection, {
      id: 'mine',
      label: 'Mine',
      profile: connection?.profile,
      baseURL: 'https://host.example/v1',
      organization: 'org-1',
      headers: { 'X-Team': 'a' },
      keyHeader: 'api-key',
    });
  });

  const unusable: readonly [string, unknown][] = [
    ['pretends to be Local', { ...entry, id: 'local' }],
    ['pretends to be OpenAI', { ...entry, id: 'openai' }],
    ['has an id that would break a name', { ...entry, id: 'a@b' }],
    ['has no label', { ...entry, label: ' ' }],
    ['sends its key in the open', { ...entry, baseURL: 'http://host.example/v1' }],
    ['has an id of another type', { ...entry, id: 5 }],
  ];
  for (const [name, value] of unusable) {
    it(`leaves out an entry that ${name}`, () => assert.equal(toConnections([value], undefined).length, 2));
  }

  it('keeps the first of two entries with one id', () => {
    const all = toConnections([entry, { ...entry, baseURL: 'https://other.example' }], undefined);
    assert.deepEqual(all.slice(2).map(({ baseURL }) => baseURL), ['https://host.example/v1']);
  });

  it('row 102: ids and headers are the same in every language', () => {
    assert.equal(createConnectionId('ISTANBUL ÜNIVERSITESI', []), 'istanbul-universitesi');
    assert.equal(faultOfHeader('AUTHORIZATION', 'x'), 'carriesKey');
    assert.equal(faultOfHeader('AUTHORİZATİON', 'x'), 'notName');
  });

  it('gives a new connection an id that the list takes', () => {
    const labels = ['My Server', 'OpenAI', 'Local', 'çğş 東京', '東京', '-', 'x'.repeat(90)];
    const taken: string[] = [];
    for (const label of [...labels, ...labels]) {
      const id = createConnectionId(label, taken);
      assert.ok(!taken.includes(id));
      taken.push(id);
      assert.equal(toConnections([{ ...entry, id }], undefined).length, 3, id);
    }
    assert.equal(taken[0], 'my-server');
    assert.equal(taken[1], 'openai-2');
  });
});

describe('addresses of Azure', () => {
  it('are made of a resource, with or without a project', () => {
    const forms = [{ resource: 'mine' }, { resource: 'mine', project: 'team' }];
    const addresses = forms.map(toAzureBaseURL);
    assert.deepEqual(addresses, ['https://mine.openai.azure.com/openai/v1', 'https://mine.services.ai.azure.com/api/projects/team/openai/v1']);
    assert.deepEqual(addresses.map(parseAzureAddress), forms);
    assert.equal(parseAzureAddress('https://mine.openai.azure.com.example/openai/v1'), undefined);
  });

  const completed: readonly (readonly [given: string, complete: string])[] = [
    ['https://mine.openai.azure.com', 'https://mine.openai.azure.com/openai/v1'],
    ['https://mine.openai.azure.com/openai', 'https://mine.openai.azure.com/openai/v1'],
    ['https://mine.openai.azure.com/openai/v1', 'https://mine.openai.azure.com/openai/v1'],
    ['https://mine.cognitiveservices.azure.com/', 'https://mine.cognitiveservices.azure.com/openai/v1'],
    ['https://mine.services.ai.azure.com/api/projects/team', 'https://mine.services.ai.azure.com/api/projects/team/openai/v1'],
    ['https://mine.services.ai.azure.com/api/projects/team/openai/v1', 'https://mine.services.ai.azure.com/api/projects/team/openai/v1'],
    ['https://mine.openai.azure.com/something/else', 'https://mine.openai.azure.com/something/else'],
    ['https://host.example', 'https://host.example'],
  ];
  for (const [given, complete] of completed) it(`${given} becomes ${complete}`, () => assert.equal(completeAzureURL(given), complete));

  it('have names as Azure takes them', () => {
    assert.ok(['ab', 'my-resource-1', 'x'.repeat(64)].every(isAzureName));
    assert.ok(!['', 'a', '-ab', 'ab-', 'a.b', 'a/b', 'a b', 'ç1', 'x'.repeat(65), 'a@evil.example'].some(isAzureName));
  });
});
