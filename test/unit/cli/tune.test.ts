import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CliIo } from '../../../src/cli/io.ts';
import { runTune } from '../../../src/cli/tune.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { chatLines } from '../../support/chatLines.ts';
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

  it('stops following when asked to, and the job goes on', async () => {
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const running = run(['good.jsonl', ...target()]);
    while (!told.includes('Fine-tuning job started')) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('Stopped'));
    assert.equal(await running, 2);
    assert.match(told, /goes on without this program/);
    const [job] = (await engine.openai.fineTuning.jobs.list({ limit: 1 })).data;
    assert.equal(job?.status, 'running');
    await engine.openai.fineTuning.jobs.cancel(job?.id ?? '');
  });

  it('ends with 2 when it cannot run', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /Name one training file/],
      [['a', 'b'], /Name one training file/],
      [['good.jsonl', '--epochs', '0'], /--epochs/],
      [['good.jsonl', '--epochs', 'x'], /--epochs/],
      [['good.jsonl', '--seed', '-1'], /seed/],
      [['good.jsonl', '--nonsense'], /nonsense/],
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
});
