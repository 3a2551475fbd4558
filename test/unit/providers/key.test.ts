import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  connectionOfKeyName,
  formatKeyRecord,
  keyName,
  keyPrefix,
  parseKey,
  parseKeyFile,
  parseKeyRecord,
} from '../../../src/core/providers/key.ts';

describe('a key belongs to one origin', () => {
  const id = 'mine';
  const name = keyName({ id }, 'https://host.example/v1');
  const same = ['https://host.example', 'https://host.example/other/path', 'https://HOST.example:443/v1'];
  const other = [
    'http://host.example/v1',
    'https://host.example:8443/v1',
    'https://host.example.evil.example/v1',
    'https://evil.example/https://host.example/v1',
    'https://host.example@evil.example/v1',
    'https://sub.host.example/v1',
  ];
  for (const baseURL of same) it(`${baseURL} is the same`, () => assert.equal(keyName({ id }, baseURL), name));
  for (const baseURL of other) it(`${baseURL} is another`, () => assert.notEqual(keyName({ id }, baseURL), name));

  it('and to one connection', () => {
    assert.notEqual(keyName({ id: 'mine-2' }, 'https://host.example'), name);
    assert.ok(!keyName({ id: 'mine-2' }, 'https://host.example').startsWith(keyPrefix(id)));
    assert.equal(connectionOfKeyName(name), id);
    assert.equal(connectionOfKeyName('another extension part'), undefined);
  });
});

describe('key records', () => {
  it('come back as they were', () => {
    for (const record of [{ kind: 'key', key: 'sk-1' }, { kind: 'variable', name: 'MY_KEY' }] as const) {
      assert.deepEqual(parseKeyRecord(formatKeyRecord(record)), record);
    }
  });

  const damaged = [
    undefined,
    '',
    'sk-1',
    'null',
    '[]',
    '{}',
    '{"version":2,"kind":"key","key":"k"}',
    '{"version":1,"kind":"key","key":""}',
    '{"version":1,"kind":"variable","name":"A B"}',
    '{"version":1,"kind":"other"}',
  ];
  for (const text of damaged) {
    it(`${text} is none`, () => assert.equal(parseKeyRecord(text), undefined));
  }
});

describe('keys as people give them', () => {
  it('are trimmed and not judged', () => {
    assert.deepEqual(parseKey('  abc/+=~!\t\n'), { key: 'abc/+=~!' });
    assert.deepEqual(parseKey('x'), { key: 'x' });
  });

  it('are refused where no header can carry them', () => {
    assert.deepEqual(parseKey(' \n'), { fault: 'empty' });
    for (const text of ['a b', 'a\nb', 'sk-“x”', 'ключ', 'a\u0000b']) {
      assert.deepEqual(parseKey(text), { fault: 'notSendable' }, text);
    }
  });

  it('in a file are its first line that is not blank', () => {
    const files: readonly [string, ReturnType<typeof parseKey>][] = [
      ['sk-1\n', { key: 'sk-1' }],
      ['\uFEFFsk-1\r\nsecond\r\n', { key: 'sk-1' }],
      ['\n\n  sk-1  \n', { key: 'sk-1' }],
      ['', { fault: 'empty' }],
      ['\uFEFF\n \n', { fault: 'empty' }],
      ['my key\n', { fault: 'notSendable' }],
    ];
    for (const [text, expected] of files) assert.deepEqual(parseKeyFile(text), expected, JSON.stringify(text));
  });
});
