import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runEstimate } from '../../../src/cli/estimate.ts';
import { chatLines } from '../../support/chatLines.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tunesmith-estimate-'));
  writeFileSync(join(folder, 'a.jsonl'), `${chatLines(10).join('\n')}\n`);
  const file = { version: 1, connection: 'openai', model: 'gpt-4.1-2025-04-14', training: 'a.jsonl', hyperparameters: { epochs: 2 } };
  writeFileSync(join(folder, 'a.finetune.json'), JSON.stringify(file));
  writeFileSync(join(folder, 'bad.finetune.json'), JSON.stringify({ ...file, training: 'gone.jsonl' }, null, 2));
});
after(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: (text: string) => void (err += text),
    ...{ env: {}, cwd: folder, signal: new AbortController().signal },
  };
  return { exit: await runEstimate(args, io), out, err };
}

type Report = {
  readonly examples: number;
  readonly tokens: { readonly likely: number; readonly basis: string };
  readonly epochs: { readonly likely: number; readonly from: string };
  readonly price: { readonly dollarsPerMillionTokens: number; readonly asOf: string } | null;
  readonly dollars: { readonly low: number; readonly likely: number; readonly high: number } | null;
};
const report = async (...args: readonly string[]): Promise<Report> => JSON.parse((await run(...args, '--json')).out) as Report;

test('tokens are counted, epochs follow the rule of the service, the price has a date', async () => {
  const { examples, tokens, epochs, price, dollars } = await report('a.jsonl', '--model', 'gpt-4o-mini-2024-07-18');
  assert.deepEqual([examples, tokens.basis, epochs.likely, epochs.from, price?.dollarsPerMillionTokens], [10, 'counted', 10, 'formula', 3]);
  assert.match(price?.asOf ?? '', /^\d{4}-/);
  assert.equal(dollars?.likely.toFixed(9), ((tokens.likely * 10 * 3) / 1e6).toFixed(9));
});

test('epochs and price of whoever asks', async () => {
  const { tokens, dollars } = await report('a.jsonl', '--provider', 'compatible', '--model', 'm', '--epochs', '3', '--price', '100');
  assert.equal(tokens.basis, 'otherVocabulary');
  assert.ok(dollars && dollars.low < dollars.likely && dollars.likely < dollars.high);
  assert.equal((await report('a.jsonl', '--provider', 'compatible', '--model', 'm')).dollars, null);
  assert.deepEqual((await report('a.jsonl', '--provider', 'local')).dollars, { low: 0, likely: 0, high: 0 });
});

test('a job file names what is estimated', async () => {
  const { epochs, price } = await report('a.finetune.json');
  assert.deepEqual([epochs.likely, epochs.from, price?.dollarsPerMillionTokens], [2, 'given', 25]);
  const { exit, err } = await run('bad.finetune.json');
  assert.equal(exit, 1);
  assert.match(err, /bad\.finetune\.json:5:15: There is no file gone\.jsonl\. .*\[jobFile\.fileMissing\]/);
});

test('a person reads a sentence', async () => {
  const { exit, out } = await run('a.jsonl', '--epochs', '1');
  assert.equal(exit, 0);
  assert.match(out, /^a\.jsonl on gpt-4\.1-mini-2025-04-14: about \$0\.01\n[\d,]+ tokens \(counted\) · 1 epoch · \$5\.00 per million tokens \(as of 20/);
});

const wrong: [args: readonly string[], text: RegExp][] = [
  [[], /Name one training file/],
  [['a.jsonl', 'b.jsonl'], /Name one training file/],
  [['gone.jsonl'], /is no file/],
  [['a.jsonl', '--epochs', '0'], /--epochs/],
  [['a.jsonl', '--price', 'x'], /--price/],
  [['a.jsonl', '--provider', 'none'], /There is no provider 'none'/],
  [['a.jsonl', '--provider', 'compatible'], /--model/],
  [['a.finetune.json', '--epochs', '2'], /names its model and epochs itself/],
];

for (const [args, text] of wrong) {
  test(`estimate ${args.join(' ')} cannot run`, async () => {
    const { exit, err } = await run(...args);
    assert.equal(exit, 2);
    assert.match(err, text);
  });
}
