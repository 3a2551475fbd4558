import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CliIo } from '../../../src/cli/io.ts';
import { runTune } from '../../../src/cli/tune.ts';
import type { JobLock } from '../../../src/core/jobs/file/jobLock.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { chatLines } from '../../support/chatLines.ts';
import * as answers from '../../fixtures/providers/together.ts';
import { listenAt } from '../../support/fakeRoutes.ts';
import { json } from '../api/loopback.ts';
import { startTestEngine, type TestEngine } from '../engine/serverFixture.ts';

describe('tunesmith tune', () => {
  let engine: TestEngine;
  let folder: string;
  let out: string;
  let told: string;
  let stop: AbortController;

  before(async () => {
    engine = await startTestEngine();
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-tune-'));
    await writeFile(join(folder, 'good.jsonl'), `${chatLines(12).join('\n')}\n`);
    await writeFile(join(folder, 'valid.jsonl'), `${chatLines(2).join('\n')}\n`);
    await writeFile(join(folder, 'bad.jsonl'), `${chatLines(12).join('\n')}\n{"messages": [\n`);
    await writeFile(join(folder, 'few.jsonl'), `${chatLines(3).join('\n')}\n`);
  });
  after(async () => {
    await engine.remove();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    out = '';
    told = '';
    stop = new AbortController();
  });

  const run = (args: readonly string[], key = engine.run.apiKey) => {
    const io: CliIo = {
      stdout: (text) => { out += text; },
      stderr: (text) => { told += text; },
      env: { KEY: key },
      cwd: folder,
      signal: stop.signal,
    };
    return runTune(args, io);
  };
  const target = (): string[] => ['--base-url', `${engine.run.address.baseURL}/`, '--api-key-env', 'KEY', '--model', 'tunesmith-tiny'];

  it('uploads, creates, follows and prints the job', async () => {
    assert.equal(await run(['good.jsonl', '--validation', 'valid.jsonl', '--epochs', '2', '--suffix', 's', '--seed', '5', '--json', ...target()]), 0);
    const job = JSON.parse(out) as WireJob;
    assert.equal(job.status, 'succeeded');
    assert.equal(job.seed, 5);
    assert.notEqual(job.validation_file, null);
    assert.match(job.fine_tuned_model ?? '', /:s:/);
    assert.equal(engine.trainers.at(-1)?.request?.hyperparameters.nEpochs, 2);
    const lines = told.trimEnd().split('\n');
    assert.equal(lines.filter((line) => line.startsWith('Step ')).length, 6, 'each event once');
    assert.ok(lines.indexOf('Fine-tuning job started') < lines.findIndex((line) => line.startsWith('Step 1/')));
    assert.equal(lines.at(-1), 'The job has successfully completed');
  });

  it('prints a few lines without --json', async () => {
    assert.equal(await run(['good.jsonl', ...target()]), 0);
    assert.match(out, /^ftjob-\w+ succeeded\nmodel: ft:tunesmith-tiny:local::\w{8}\ntrained tokens: 1234\n$/);
  });

  it('ends with 1 for a job that fails', async () => {
    engine.scripts.splice(0, engine.scripts.length, { failWith: { code: 'x', message: 'It diverged.' } }, {});
    assert.equal(await run(['good.jsonl', ...target()]), 1);
    assert.match(out, /failed\nerror: It diverged\./);
  });

  it('ends with 1 and uploads nothing when a file has errors', async () => {
    const files = (await engine.openai.files.list()).data.length;
    for (const [name, code] of [['bad.jsonl', 'json.'], ['few.jsonl', 'file.tooFewExamples']] as const) {
      told = '';
      assert.equal(await run([name, ...target()]), 1);
      assert.ok(told.includes(`[${code}`), told);
    }
    assert.match(told, /few\.jsonl:1:1: /);
    out = '';
    assert.equal(await run(['good.jsonl', '--validation', 'bad.jsonl', '--json', ...target()]), 1);
    assert.match((JSON.parse(out) as { error: { message: string } }).error.message, /bad\.jsonl has 1 error/);
    assert.equal((await engine.openai.files.list()).data.length, files);
  });

  it('uploads no file of another format than the one that is trained', async () => {
    const files = (await engine.openai.files.list()).data.length;
    const pair = { input: { messages: [{ role: 'user', content: 'a' }] }, preferred_output: [{ role: 'assistant', content: 'b' }], non_preferred_output: [{ role: 'assistant', content: 'c' }] };
    await writeFile(join(folder, 'dpo.jsonl'), Array.from({ length: 12 }, (_, index) => `${JSON.stringify({ ...pair, input: { messages: [{ role: 'user', content: `q${index}` }] } })}\n`).join(''));
    await writeFile(join(folder, 'table.jsonl'), 'question,answer\na,b\n');
    for (const [args, name] of [
      [['dpo.jsonl'], 'dpo'],
      [['good.jsonl', '--validation', 'dpo.jsonl'], 'dpo'],
      [['table.jsonl'], 'table'],
    ] as const) {
      told = '';
      assert.equal(await run([...args, ...target()]), 1, told);
      assert.match(told, new RegExp(`${name}\\.jsonl has \\d+ error\\(s\\); nothing was uploaded`));
      if (name === 'dpo') assert.match(told, /\[file\.format\.method\]/);
    }
    assert.equal((await engine.openai.files.list()).data.length, files);
  });

  it('stops following when asked to; the job goes on and can be followed again', async () => {
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const running = run(['good.jsonl', '--json', ...target()]);
    while (!told.includes('Fine-tuning job started')) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('Stopped'));
    assert.equal(await running, 2);
    const [job] = (await engine.openai.fineTuning.jobs.list({ limit: 1 })).data;
    assert.equal(job?.status, 'running');
    const report = JSON.parse(out) as { job: string; uploaded: string[]; error: { message: string } };
    assert.equal(report.job, job.id);
    assert.deepEqual(report.uploaded, [job.training_file]);
    const [, again = ''] = /goes on\. Follow it with: tunesmith tune (.*)$/.exec(report.error.message) ?? [];
    assert.equal(again, `--job ${job.id} --base-url ${engine.run.address.baseURL} --api-key-env KEY`);

    out = '';
    stop = new AbortController();
    engine.trainers.at(-1)?.release();
    assert.equal(await run(again.split(' ')), 0);
    assert.match(out, new RegExp(`^${job.id} succeeded\\nmodel: `));
  });

  it('says that nothing was created when it is stopped early, and what stays after a refusal', async () => {
    stop.abort(new Error('Stopped'));
    assert.equal(await run(['good.jsonl', ...target()]), 2);
    assert.equal(told, 'Stopped.\n');
    told = '';
    stop = new AbortController();
    assert.equal(await run(['good.jsonl', '--json', ...target().with(-1, 'no-such-model')]), 2);
    assert.match(told, /no-such-model[^]*\nUploaded before, and still there: file-\w+\.\n$/);
    assert.equal((JSON.parse(out) as { job: null }).job, null);
  });

  it('ends with 2 when it cannot run', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /Name one training file/],
      [['a', 'b'], /Name one training file/],
      [['good.jsonl', '--model'], /The option '--model' needs a value/],
      [['good.jsonl', '--json=yes'], /The option '--json' takes no value/],
      [['--job', 'ftjob-1', 'good.jsonl'], /'good\.jsonl' has no place/],
      [['--job', 'ftjob-1', '--epochs', '3'], /'--epochs' has no place/],
      [['--job', '../x'], /needs the id of a job/],
      [['--job', 'ftjob-nothing', ...target().slice(0, 4)], /does not know what was asked for/],
      [['good.jsonl', '--epochs', '0'], /--epochs/],
      [['good.jsonl', '--epochs', 'x'], /--epochs/],
      [['good.jsonl', '--seed', '-1'], /seed/],
      [['good.jsonl', '--nonsense'], /^There is no option '--nonsense'\.\nRun 'tunesmith tune --help' to see how it is used\.\n$/],
      [['good.jsonl', '--base-url', 'nowhere'], /whole address/],
      [['good.jsonl', '--base-url', 'http://service.example/v1', '--model', 'm', '--api-key-env', 'KEY'], /https/],
      [['good.jsonl', '--base-url', 'https://me:secret@service.example/v1', '--model', 'm'], /user name/],
      [['good.jsonl', '--base-url', engine.run.address.baseURL], /--model/],
      [['good.jsonl', '--api-key-env', 'KEY'], /needs --base-url/],
      [['good.jsonl', '--base-url', engine.run.address.baseURL, '--model', 'm', '--api-key-env', 'NOTHING'], /NOTHING holds no key/],
      [['absent.jsonl', ...target()], /does not exist/],
      [['.', ...target()], /is no file/],
      [['good.jsonl', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm'], /./],
    ];
    for (const [args, message] of cases) {
      told = '';
      assert.equal(await run(args), 2, args.join(' '));
      assert.match(told, message);
      assert.equal(out, '');
    }
    told = '';
    assert.equal(await run(['good.jsonl', ...target()], 'wrong-key-of-some-length'), 2);
    assert.match(told, /does not accept the API key/);
  });

  it('makes no job that may cost more than --max-cost, the lesser of it and what a job file allows', async () => {
    const files = (await engine.openai.files.list()).data.length;
    const paid = (limit: string, ...more: string[]): string[] => [...target().with(-1, 'm'), '--max-cost', limit, ...more];
    await writeFile(join(folder, 'z.finetune.json'), JSON.stringify({ version: 1, connection: 'elsewhere', model: 'm', training: 'good.jsonl', maxCost: 1 }));
    const address = target().slice(0, 4);
    for (const [args, text] of [
      [['good.jsonl', ...paid('2.5')], /The price of m is unknown, and --max-cost allows \$2\.50\. Nothing was uploaded/],
      [['z.finetune.json', ...address, '--max-cost', '2'], /the job file allows \$1\.00/],
      [['z.finetune.json', ...address, '--max-cost', '0.5'], /--max-cost allows \$0\.50/],
      [['good.jsonl', ...paid('-1')], /./],
      [['good.jsonl', ...paid('much')], /--max-cost must be a number of US dollars/],
      [['--job', 'ftjob-1', ...address, '--max-cost', '1'], /--max-cost has no place beside it/],
    ] as const) {
      told = '';
      assert.equal(await run(args), 2, told);
      assert.match(told, text);
    }
    assert.equal((await engine.openai.files.list()).data.length, files);
    assert.equal(await run(['good.jsonl', ...target(), '--max-cost', '0']), 2, 'an address of nobody knows no price');
  });

  it('asks a service that names its price itself before it makes the job', async () => {
    let price = 3.2;
    await using place = await listenAt({ 'PUT /bucket/*': (response) => void response.writeHead(200).end() });
    const storage = 'https://place.example';
    await using together = await listenAt({
      'POST /v1/files': (response) => void response.writeHead(302, { location: `${storage}/bucket/one`, 'x-together-file-id': 'file-train' }).end(),
      'GET /v1/files/*': json(200, answers.file),
      'POST /v1/fine-tunes/estimate-price': (...given) => json(200, { estimated_total_price: price, allowed_to_proceed: true })(...given),
      'POST /v1/fine-tunes': json(200, answers.job),
      'GET /v1/fine-tunes/*': json(200, { ...answers.job, status: 'completed' }),
      'GET /v1/fine-tunes/*/events': json(200, { data: [] }),
    });
    const origin = 'https://api.together.xyz/v1';
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => {
      const asked = url instanceof Request ? url.url : url.toString();
      return fetch(asked.replace(origin, together.baseURL).replace(storage, place.baseURL.replace('/v1', '')), init);
    };
    try {
      const args = ['good.jsonl', '--base-url', origin, '--api-key-env', 'KEY', '--model', 'org/base-8b', '--max-cost', '3'];
      assert.equal(await run(args), 2);
      assert.match(told, /The service wants \$3\.20 for the job, and --max-cost allows \$3\.00\. No job was created\.\nUploaded before, and still there: file-train/);
      assert.equal(together.seen.filter(({ method, path }) => method === 'POST' && path === '/v1/fine-tunes').length, 0);
      price = 2.8;
      assert.equal(await run(args), 0, told);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it('runs a job file, notes the job beside it, and not again while nothing has changed', async () => {
    const address = ['--base-url', `${engine.run.address.baseURL}/`, '--api-key-env', 'KEY', '--json'];
    const jobFile = { version: 1, model: 'tunesmith-tiny', training: 'good.jsonl', validation: 'valid.jsonl', suffix: 'filed', hyperparameters: { epochs: 2 } };
    const path = join(folder, 'x.finetune.json');
    await writeFile(path, JSON.stringify(jobFile));
    assert.equal(await run(['x.finetune.json', ...address]), 0, told);
    const job = JSON.parse(out) as WireJob;
    assert.match(job.fine_tuned_model ?? '', /:filed:/);
    const lock = JSON.parse(await readFile(join(folder, 'x.finetune.lock.json'), 'utf8')) as JobLock;
    const sha256 = createHash('sha256').update(await readFile(join(folder, 'good.jsonl'))).digest('hex');
    assert.deepEqual([lock.job, lock.inputs.training.sha256, job.metadata?.['tunesmith_dataset']], [job.id, sha256, sha256]);
    told = '';
    assert.equal(await run(['x.finetune.json', ...address]), 2);
    assert.match(told, new RegExp(`became the job ${job.id}.*--again`));
    assert.equal(await run(['x.finetune.json', '--again', ...address]), 0);
    await writeFile(path, JSON.stringify({ ...jobFile, seed: 9 }));
    assert.equal(await run(['x.finetune.json', ...address]), 0, 'another seed is another run');
  });

  it('runs no job file with problems, and none that may cost more than it allows', async () => {
    const files = (await engine.openai.files.list()).data.length;
    const jobFile = { version: 1, connection: 'elsewhere', model: 'm', training: 'good.jsonl', maxCost: 1 };
    const address = ['--base-url', `${engine.run.address.baseURL}/`, '--api-key-env', 'KEY'];
    for (const [given, exit, text] of [
      [{ ...jobFile, training: 'gone.jsonl' }, 1, /y\.finetune\.json:1:\d+: There is no file gone\.jsonl/],
      [{ ...jobFile, suffix: 'a b' }, 1, /jobFile\.suffix/],
      [jobFile, 2, /The price of m is unknown, and the job file allows \$1\.00/],
    ] as const) {
      told = '';
      await writeFile(join(folder, 'y.finetune.json'), JSON.stringify(given));
      assert.equal(await run(['y.finetune.json', ...address]), exit);
      assert.match(told, text);
    }
    told = '';
    assert.equal(await run(['y.finetune.json']), 2);
    assert.match(told, /names the connection 'elsewhere'/);
    assert.equal((await engine.openai.files.list()).data.length, files);
  });
});
