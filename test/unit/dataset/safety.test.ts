import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { DatasetDocument } from '../../../src/core/dataset/document.ts';
import { fixesFor } from '../../../src/core/dataset/fixes/fixes.ts';
import { checkLine } from '../../../src/core/dataset/line.ts';
import { colonsOf } from '../../../src/core/dataset/safety/colons.ts';
import { AllowList, allowLine } from '../../../src/core/dataset/safety/allowList.ts';
import { findSensitive } from '../../../src/core/dataset/safety/scan.ts';
import { defaultRuleset } from '../../../src/core/dataset/ruleset.ts';
import { sha256 } from '../../../src/core/dataset/safety/sha256.ts';
import { safetyRules, type SafetyCodes } from '../../../src/core/dataset/codes/safetyCodes.ts';
import { problemText } from '../../../src/messages/problems.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';

const units = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random characters: nothing that looks like a real key stands in this file. */
function noise(length: number, from = units, seed = 7): string {
  const random = new Random(seed);
  return Array.from({ length }, () => from[random.below(from.length)]).join('');
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ sub: '7', name: 'Ann' })}.${noise(43)}`;
const keyBlock = (end: string): string => `-----BEGIN RSA PRIVATE KEY-----\n${noise(64)}\n${noise(64, units, 8)}\n${end}`;

type Case = readonly [code: keyof SafetyCodes, text: string];

/** What is to be found stands between « and ». */
const found: readonly Case[] = [
  ['safety.secret.key', `my key is «sk-${noise(48)}».`],
  ['safety.secret.key', `OPENAI=«sk-proj-${noise(60)}»`],
  ['safety.secret.key', `«sk-ant-api03-${noise(90)}»`],
  ['safety.secret.key', `id «AKIA${noise(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}», region eu`],
  ['safety.secret.key', `«AIza${noise(35)}»`],
  ['safety.secret.token', `git clone with «ghp_${noise(36)}»`],
  ['safety.secret.token', `«github_pat_${noise(22)}_${noise(59)}»`],
  ['safety.secret.token', `«glpat-${noise(20)}»`],
  ['safety.secret.token', `«xoxb-${noise(12, '0123456789')}-${noise(24)}»`],
  ['safety.secret.key', `«sk_live_${noise(24)}»`],
  ['safety.secret.token', `login("«hf_${noise(34)}»")`],
  ['safety.secret.token', `«npm_${noise(36)}»`],
  ['safety.secret.key', `«SG.${noise(22)}.${noise(43)}»`],
  ['safety.secret.token', `Authorization: Bearer «${jwt}»`],
  ['safety.secret.privateKey', `see «${keyBlock('-----END RSA PRIVATE KEY-----')}» there`],
  ['safety.secret.privateKey', `cut: «${keyBlock('')}»`],
  ['safety.secret.password', 'postgres://admin:«q7Vt2pLx»@db.internal:5432/app'],
  ['safety.secret.assigned', `api_key = "«${noise(32)}»"`],
  ['safety.secret.assigned', `"client_secret": "«${noise(40, units, 3)}»"`],
  ['safety.secret.assigned', `password=«${noise(24, units, 4)}»&x=1`],
  ['safety.personal.email', 'Write to «jane.doe+x@acme-corp.co.uk», please.'],
  ['safety.personal.email', '«jane.doe@example.com»'],
  ['safety.personal.phone', 'Call «+44 20 7946 0958» now'],
  ['safety.personal.phone', '«(415) 867-5309»'],
  ['safety.personal.phone', '«415-867-5309»'],
  ['safety.personal.phone', 'Cep: «0532 123 45 67»'],
  ['safety.personal.phone', 'Tel: «089 1234567»'],
  ['safety.personal.card', 'card «4111 1111 1111 1111» exp'],
  ['safety.personal.card', '«5500005555555559»'],
  ['safety.personal.card', '«3782-822463-10005»'],
  ['safety.personal.iban', 'to «DE89 3704 0044 0532 0130 00» today'],
  ['safety.personal.iban', '«TR330006100519786457841326»'],
  ['safety.personal.iban', '«GB82WEST12345698765432».'],
  ['safety.personal.nationalId', 'SSN «536-90-4399»'],
  ['safety.personal.nationalId', 'T.C. «10000000146»'],
  ['safety.personal.nationalId', 'IdNr «86095742719»'],
  ['safety.personal.nationalId', 'NIR «2 55 08 14 168 025 38»'],
  ['safety.personal.nationalId', 'DNI «12345678Z»'],
  ['safety.personal.nationalId', 'NIE «X1234567L»'],
  ['safety.personal.nationalId', 'CF «RSSMRA85T10A562S»'],
  ['safety.personal.nationalId', 'CPF «529.982.247-25»'],
  ['safety.personal.ipAddress', 'from «84.17.52.201»:443'],
  ['safety.personal.ipAddress', 'from «2a02:8108:8ac0:3207:6c1d:1ab0:9f21:77e2» and'],
  ['safety.personal.ipAddress', '[«2600:1f18:4c2::9»]'],
];

const innocent: readonly string[] = [
  'Set OPENAI_API_KEY to sk-your-key-goes-here-please or sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.',
  'AKIAIOSFODNN7EXAMPLE is the example of the manual.',
  'A key starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.',
  'task-specific-preprocessing-pipelines and ask-me-anything-about-electroencephalography',
  'api_key = os.environ["OPENAI_API_KEY_OF_THE_PROJECT"], token = tokenizer.convert_tokens_to_ids',
  'https://user:password@host.example/, http://a:${PASSWORD}@host',
  'icon@2x.png, package@1.2.3, @media, user@example.com, you@yourdomain.com, git@github.com:a/b.git',
  'commit 4f2a9c1e7b3d5f60718293a4b5c6d7e8f9012345, md5 d41d8cd98f00b204e9800998ecf8427e',
  'uuid 123e4567-e89b-12d3-a456-426614174000, call_A1b2C3d4E5f6G7h8I9j0K1l2',
  'version 10.15.7.1 of 1.2.3.4, localhost 127.0.0.1, 192.168.0.17, 10.0.0.255, 203.0.113.9, v11.4.183.29',
  'at 12:34:56.789 on 2024-05-17T08:30:00Z, ratio 3:2:1:4, std::vector<int>, 2001:db8::1',
  'card 4111 1111 1111 1112, DE89370400440532013001, 10000000147, 86095742710, 12345678A, RSSMRA85T10A562T',
  'between 1992 - 2005, 1,234,567.89, 3.14159265358979, 100 200 300 400, 555-0123, (212) 555-0142',
  'order 20240517001234, timestamp 1715934600, 1715934600000, ISBN 978-3-16-148410-0',
];

function lineWith(text: string): string {
  return chatLine(text);
}

function seen(line: string): { readonly code: string; readonly text: string }[] {
  return findSensitive(line).map(({ facts, span }) => ({ code: facts.code, text: line.slice(span.start, span.end) }));
}

test('row 46: each kind of secret and personal data is found at its exact place', () => {
  const tried = new Set<string>();
  for (const [code, marked] of found) {
    const text = marked.replace(/[«»]/g, '');
    const value = /«([^]*)»/.exec(marked)?.[1] ?? '';
    assert.deepEqual(seen(lineWith(text)), [{ code, text: JSON.stringify(value).slice(1, -1) }], `${code}: ${marked}`);
    tried.add(code);
  }
  assert.deepEqual(Object.keys(safetyRules).filter((code) => !tried.has(code)), []);
});

test('what only looks like it is left alone', () => {
  for (const text of innocent) {
    assert.deepEqual(seen(lineWith(text)), [], text);
  }
});

test('escapes are decoded, and the range covers them as they are written', () => {
  const value = 'jane.doe\\u0040acme.org';
  const line = lineWith('@@').replace('@@', `a\\n\\t\\"${value}\\nb`);
  assert.deepEqual(seen(line), [{ code: 'safety.personal.email', text: value }]);
  const slashes = lineWith('@@').replace('@@', 'postgres:\\/\\/admin:q7Vt2pLx@db.internal\\/app');
  assert.deepEqual(seen(slashes), [{ code: 'safety.secret.password', text: 'q7Vt2pLx' }]);
});

test('a value is a secret if its key calls it one', () => {
  const value = noise(40, units, 3);
  assert.deepEqual(seen(`{"messages": [], "api_key": "${value}"}`), [{ code: 'safety.secret.assigned', text: value }]);
  assert.deepEqual(seen(lineWith(`{"api_key": "${value}"}`)), [{ code: 'safety.secret.assigned', text: value }]);
  assert.deepEqual(seen(`{"messages": [], "digest": "${value}"}`), []);
});

test('a broken line and a Python line are searched too, embedded files are not', () => {
  const key = `sk-${noise(48)}`;
  assert.deepEqual(seen(`{"messages": [{"role": "user", "content": "${key}`), [{ code: 'safety.secret.key', text: key }]);
  assert.deepEqual(seen(`{'messages': [{'role': 'user', 'content': '${key}'}]}`), [{ code: 'safety.secret.key', text: key }]);
  assert.deepEqual(seen(lineWith(`data:image/png;base64,${noise(400)}sk-${noise(48)}`)), []);
});

test('row 46: what was found is in no message and no fact', () => {
  for (const [, marked] of found) {
    const value = (/«([^]*)»/.exec(marked)?.[1] ?? '').split('\n').at(-1) || 'never';
    const text = marked.replace(/[«»]/g, '');
    for (const line of [lineWith(text), `{"messages": ${text}`, `{"messages": [], ${JSON.stringify(text)}: 1}`]) {
      const { problems, as } = checkLine(line, { first: false });
      assert.ok(problems.some(({ code }) => code.startsWith('safety.')), line);
      for (const problem of [...problems, ...Object.values(as).flat()]) {
        assert.ok(!problemText(problem).includes(value.slice(0, 12)), `${problem.code} tells ${value}`);
        assert.ok(!JSON.stringify(problem).includes(value.slice(0, 12)), `${problem.code} holds ${value}`);
      }
    }
  }
});

test('redacting removes what was found and leaves valid lines valid', () => {
  for (const [code, marked] of found) {
    const text = new TextLines([lineWith(marked.replace(/[«»]/g, '')), ...chatLines(60)].join('\n'));
    const document = new DatasetDocument(text);
    document.check();
    const problem = [...document.problems()].find((one) => one.code === code);
    assert.ok(problem, code);
    const [fix] = fixesFor(problem, text, { format: 'chat', ruleset: defaultRuleset });
    assert.ok(fix, `no fix for ${code}`);
    text.applyAll(fix.edits);
    document.reset();
    document.check();
    assert.deepEqual([...document.problems()].map((one) => one.code), [], text.lineAt(0));
    assert.match(text.lineAt(0), /\[[A-Z_]+\]/);
  }
});

test('an allow-list keeps values and hashes from being told', () => {
  const line = lineWith('Write to support@acme.org or call +44 20 7946 0958.');
  const codes = (list: string): string[] => findSensitive(line, new AllowList(list)).map(({ facts }) => facts.code);
  assert.deepEqual(codes('# nothing\n\n'), ['safety.personal.email', 'safety.personal.phone']);
  assert.deepEqual(codes('\uFEFF# ours\r\nsupport@acme.org\r\n'), ['safety.personal.phone']);
  assert.deepEqual(codes(`${allowLine('+44 20 7946 0958')} # our desk\nsupport@acme.org`), []);
  assert.deepEqual(codes('support@acme'), ['safety.personal.email', 'safety.personal.phone']);
  const document = new DatasetDocument(new TextLines([line, ...chatLines(60)].join('\n')), { allow: new AllowList('support@acme.org') });
  document.check();
  assert.deepEqual([...document.problems()].map(({ code }) => code), ['safety.personal.phone']);
  document.configure({ allow: undefined });
  document.check();
  assert.equal([...document.problems()].length, 2);
});

test('written keys are counted outside of strings, and groups of an address are seen', () => {
  assert.equal(colonsOf('{"a"\t: 1, "a"  : "x: y \\":"}').keys, 2);
  assert.ok(colonsOf('{"a": 1, "a": ": x"}').keys >= 2, 'a string that starts with a colon may count too');
  assert.equal(colonsOf('{"a": {"b:": [1, "c", "d\\": x"]}, "e"  : "f: \\\\"}').keys, 3);
  assert.equal(colonsOf('["a", "b"]').keys, 0);
  assert.ok(colonsOf('{"a": "from 2600:1f18:4c2::9"}').groups);
  assert.ok(!colonsOf('{"a": "std::vector 12:30:40 de:ad:be:ef"}').groups);
});

test('the hash is SHA-256', () => {
  const random = new Random(5);
  for (let length = 0; length < 200; length += 1) {
    const text = noise(length, `${units}äß😀`, random.below(1e6));
    assert.equal(sha256(text), createHash('sha256').update(text.toWellFormed()).digest('hex'), String(length));
  }
});

// What grew with the square of the length would take minutes.
test('a line made to be slow is searched in a time that grows with its length', { timeout: 120_000 }, () => {
  for (const piece of ['a.', '1 ', '-', '1234567890', 'a@', 'sk-', 'eyJ', '::', '-----BEGIN PRIVATE KEY-----', 'http://a:', 'token=', 'A1', 'AA11 ', '\\u0040', '2001:', '1.', 'AAAA11A']) {
    const line = lineWith('#').replace('#', `a1@${noise(16)} ${piece.repeat(Math.ceil(400_000 / piece.length))}`);
    assert.ok(findSensitive(line).length >= 0, piece);
  }
});

const data = join(import.meta.dirname, '../../../../shared/data');
const files = [
  'sciq/chat.validation.book-format.jsonl', 'sciq/validation.jsonl', 'sciq/train.no-support.jsonl', 'chat/gsm8k_chat_train.jsonl',
  'chat/gsm8k_chat_validation.jsonl', 'chat/nlbse_facebook.jsonl', 'chat/toy_chat_fine_tuning.jsonl', 'chat/sarcasm_qa.jsonl',
  'chat/nlbse_niche_dataset.jsonl', 'tools/stock_toolcall_training.jsonl', 'dpo/orca_dpo_pairs.validation.jsonl',
  'rft/countdown_train_100.jsonl', 'legacy/QA.jsonl', 'legacy/cleaned.jsonl',
];

test('no false alarm in real files', { skip: existsSync(data) ? false : 'the shared data is not here' }, async () => {
  for (const file of files) {
    const path = join(data, file);
    const result = await checkBytes(createReadStream(path), { limit: 100_000, file: { extension: extname(path) } });
    assert.deepEqual(result.problems.filter(({ code }) => code.startsWith('safety.')), [], file);
  }
});

declare global {
  interface String {
    toWellFormed(): string;
  }
}
