import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConnectionId, isLoopback, parseBaseURL, toConnections } from '../../../src/core/providers/connection.ts';
import { profileOf } from '../../../src/core/providers/providers.ts';

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

  it('only hosts of OpenAI are OpenAI', () => {
    assert.equal(profileOf('https://api.openai.com/v1'), 'openai');
    assert.equal(profileOf('https://eu.api.openai.com/v1'), 'openai');
    assert.equal(profileOf('https://xapi.openai.com/v1'), 'compatible');
    assert.equal(profileOf('https://api.openai.com.example/v1'), 'compatible');
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
