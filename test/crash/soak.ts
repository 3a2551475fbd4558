/**
 * `npm run test:soak -- --minutes 60 [--seed N]`: random traffic over HTTP against a real engine that is killed every
 * one to ten seconds. What was acknowledged is kept here, in another process and another folder, and asked for again
 * after every restart.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLauncher } from '../../src/engine/launch/launcher.ts';
import type { RunningEngine } from '../../src/protocol/launch.ts';
import { chatLines } from '../support/chatLines.ts';
import { Random } from '../support/random.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: String(Date.now() % 1e6) } } });
const random = new Random(Number(values.seed));
const end = performance.now() + Number(values.minutes) * 60_000;
const dataFolder = mkdtempSync(join(tmpdir(), 'tunesmith-soak-'));
const ledgerFolder = mkdtempSync(join(tmpdir(), 'tunesmith-ledger-'));
const launcher = createLauncher();
const program = resolve(import.meta.dirname, '../../src/engine/main.ts');
console.log(`seed ${values.seed}, data ${dataFolder}, ledger ${ledgerFolder}`);

const files = new Map<string, string>();
const gone = new Set<string>();
const jobs = new Set<string>();
const cancelled = new Set<string>();
let requests = 0;
let kills = 0;

function note(kind: string, id: string): void {
  appendFileSync(join(ledgerFolder, 'facts.jsonl'), `${JSON.stringify({ kind, id })}\n`);
}

async function ask(engine: RunningEngine, method: string, path: string, body?: FormData | object): Promise<Response> {
  requests += 1;
  const form = body instanceof FormData;
  return fetch(`${engine.baseURL}${path}`, {
    method,
    headers: { authorization: `Bearer ${engine.apiKey}`, ...(form || body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
}

const idOf = async (response: Response): Promise<string> => ((await response.json()) as { readonly id: string }).id;

async function act(engine: RunningEngine): Promise<void> {
  const choice = random.below(10);
  const [file, job] = [random.pick([...files.keys()]), random.pick([...jobs])];
  if (choice < 4 || file === undefined) {
    const text = `${chatLines(10 + random.below(20)).join('\n')}\n${' '.repeat(random.below(3))}`;
    const form = new FormData();
    form.set('purpose', 'fine-tune');
    form.set('file', new Blob([text]), 'soak.jsonl');
    const id = await idOf(await ask(engine, 'POST', '/files', form));
    files.set(id, createHash('sha256').update(text).digest('hex'));
    note('file', id);
  } else if (choice < 6) {
    const response = await ask(engine, 'POST', '/fine_tuning/jobs', { model: 'tunesmith-tiny', training_file: file, hyperparameters: { n_epochs: 1 } });
    if (response.ok) {
      const id = await idOf(response);
      jobs.add(id);
      note('job', id);
    }
  } else if (choice < 8 && job !== undefined) {
    const response = await ask(engine, 'POST', `/fine_tuning/jobs/${job}/cancel`);
    if (response.ok) {
      cancelled.add(job);
      note('cancelled', job);
    }
  } else if (files.size > 3) {
    files.delete(file);
    const response = await ask(engine, 'DELETE', `/files/${file}`);
    if (response.ok) {
      gone.add(file);
      note('deleted', file);
    }
  }
}

async function check(engine: RunningEngine): Promise<void> {
  for (const [id, sha256] of files) {
    const response = await ask(engine, 'GET', `/files/${id}/content`);
    assert.equal(createHash('sha256').update(Buffer.from(await response.arrayBuffer())).digest('hex'), sha256, id);
  }
  for (const id of gone) assert.equal((await ask(engine, 'GET', `/files/${id}`)).status, 404, id);
  for (const id of jobs) {
    const { status } = (await (await ask(engine, 'GET', `/fine_tuning/jobs/${id}`)).json()) as { readonly status: string };
    assert.ok(typeof status === 'string' && (!cancelled.has(id) || status === 'cancelled'), `${id} is ${status}`);
  }
}

while (performance.now() < end) {
  const options = { program, version: '1.0.0', dataFolder, threads: 1, idleSeconds: 0 };
  const engine = await launcher.start(options, new AbortController().signal);
  await check(engine);
  const killAt = performance.now() + 1_000 + random.below(9_000);
  const timer = setTimeout(() => process.kill(engine.pid, 'SIGKILL'), killAt - performance.now());
  while (performance.now() < killAt) {
    // A request that was cut off promised nothing.
    await act(engine).catch((error: unknown) => assert.ok(!(error instanceof assert.AssertionError), String(error)));
    await new Promise((done) => setTimeout(done, random.below(60)));
  }
  clearTimeout(timer);
  kills += 1;
  console.log(`${kills} kills, ${requests} requests, ${files.size} files, ${jobs.size} jobs, nothing lost`);
}
await launcher.stop(dataFolder);
rmSync(dataFolder, { recursive: true, force: true });
rmSync(ledgerFolder, { recursive: true, force: true });
