import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { createService } from '../../src/api/service.ts';
import { JobStore } from '../../src/core/jobs/jobStore.ts';
import { compatibleProfile } from '../../src/core/providers/compatible.ts';
import { ServiceError, type Service } from '../../src/core/providers/port.ts';
import type { WireJob } from '../../src/core/providers/wire.ts';
import { jobFailureTexts } from '../../src/messages/jobFailures.ts';
import type { Connection } from '../../src/platform/connections.ts';
import { JobWatcher } from '../../src/platform/jobWatcher.ts';
import { Memory, quiet, until } from './doubles.ts';

/** An engine of its own that fails as it is told. */
class FaultyEngine {
  readonly service: Service;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(service: Service, child: ChildProcess, folder: string) {
    this.service = service;
    this.#process = child;
    this.#folder = folder;
  }

  static async start(faults: string): Promise<FaultyEngine> {
    const extension = vscode.extensions.getExtension('tunesmith.tunesmith');
    assert.ok(extension);
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-faulty-'));
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...(faults === '' ? {} : { TUNESMITH_TEST_FAULTS: faults }) };
    const program = join(extension.extensionPath, 'dist/cli.js');
    const child = spawn(process.execPath, [program, 'engine', '--data', folder, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { baseURL, apiKey } = JSON.parse(line) as { readonly baseURL: string; readonly apiKey: string };
    return new FaultyEngine(createService({ baseURL, apiKey }), child, folder);
  }

  async createJob(epochs: number, examples = 12): Promise<WireJob> {
    const lines = Array.from({ length: examples }, (_, index) =>
      JSON.stringify({ messages: [{ role: 'user', content: `What is ${index}?` }, { role: 'assistant', content: `It is ${index}.` }] }),
    );
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
    const signal = AbortSignal.timeout(60_000);
    const open = async function* () {
      yield bytes;
    };
    const file = await this.service.uploadFile({ filename: 'train.jsonl', bytes: bytes.length, open }, signal);
    const method = { type: 'supervised', supervised: { hyperparameters: { n_epochs: epochs, batch_size: 4 } } };
    return this.service.createJob({ model: 'tunesmith-tiny', training_file: file.id, method }, signal);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const connection: Connection = { id: 'c', label: 'Faulty', profile: compatibleProfile, baseURL: 'http://127.0.0.1/v1' };

function follow(service: Service) {
  const store = new JobStore();
  const changed = new vscode.EventEmitter<void>();
  const get = (id: string) => (id === connection.id ? connection : undefined);
  const connections = { current: connection, get, peek: async () => service, onDidChange: changed.event };
  const watcher = new JobWatcher({ connections, store, globalState: new Memory(), log: quiet });
  return { store, watcher, statusOf: (jobId: string) => store.get({ connectionId: 'c', jobId })?.job.status };
}

suite('the life of a job', () => {
  test('a service that is overloaded, then faulty, is asked again until it answers', async function () {
    this.timeout(120_000);
    const engine = await FaultyEngine.start('rate-limit GET /v1/fine_tuning/jobs x2, server-error GET /v1/fine_tuning/jobs x2');
    const { watcher } = follow(engine.service);
    try {
      await watcher.setTreeVisible(true);
      const { error } = watcher.state('c') ?? {};
      // The client itself tries once more, so the first question has used up both refusals or met the fault.
      assert.ok(watcher.state('c')?.kind === 'answered' || (error instanceof ServiceError && ['rateLimited', 'serverFault'].includes(error.facts.kind)));
      await until('an answer', () => watcher.state('c')?.kind === 'answered', 60_000);
    } finally {
      watcher.dispose();
      await engine.stop();
    }
  });

  test('a job is created, paused, resumed and cancelled, and the store follows each step', async function () {
    this.timeout(200_000);
    const engine = await FaultyEngine.start('');
    const { store, watcher, statusOf } = follow(engine.service);
    const signal = AbortSignal.timeout(180_000);
    try {
      const { id } = await engine.createJob(50, 400);
      await watcher.setTreeVisible(true);
      await until('running with a step', () => statusOf(id) === 'running' && (store.get({ connectionId: 'c', jobId: id })?.events ?? []).some(({ type }) => type === 'metrics'), 100_000);
      await engine.service.pauseJob(id, signal);
      await until('paused', () => statusOf(id) === 'paused', 60_000);
      await engine.service.resumeJob(id, signal);
      await until('going on', () => statusOf(id) === 'queued' || statusOf(id) === 'running', 60_000);
      await engine.service.cancelJob(id, signal);
      await until('cancelled', () => statusOf(id) === 'cancelled', 60_000);
    } finally {
      watcher.dispose();
      await engine.stop();
    }
  });

  test('a job that fails moderation says so in words; one that stalls runs without a step and can be cancelled', async function () {
    this.timeout(200_000);
    const engine = await FaultyEngine.start('fail-moderation, stall-job');
    const { store, watcher, statusOf } = follow(engine.service);
    try {
      const flagged = await engine.createJob(1);
      await watcher.setTreeVisible(true);
      await until('failed', () => statusOf(flagged.id) === 'failed', 60_000);
      const { error = null } = store.get({ connectionId: 'c', jobId: flagged.id })?.job ?? {};
      assert.match(jobFailureTexts(error).summary, /moderation/i);
      const stalled = await engine.createJob(1);
      await watcher.refresh('c');
      await until('running', () => statusOf(stalled.id) === 'running', 60_000);
      await engine.service.cancelJob(stalled.id, AbortSignal.timeout(60_000));
      await watcher.refresh('c');
      await until('cancelled', () => statusOf(stalled.id) === 'cancelled', 60_000);
    } finally {
      watcher.dispose();
      await engine.stop();
    }
  });
});
