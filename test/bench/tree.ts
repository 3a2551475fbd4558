/**
 * 2,000 jobs in the engine's store: from the answer to the words of the first rows, against a bare JSON.parse of the
 * same answer; what one changed job costs among them; the heap over 1,000 polls. How long VS Code takes to draw the rows
 * is told by `node test/ui/behaviours.ts tree`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createService } from '../../src/api/service.ts';
import { groupJobs } from '../../src/core/jobs/jobFilter.ts';
import { JobPoll } from '../../src/core/jobs/jobPoll.ts';
import { JobStore, type JobRecord } from '../../src/core/jobs/jobStore.ts';
import { jobLabel } from '../../src/core/jobs/jobName.ts';
import { describeStatus } from '../../src/core/jobs/jobStatus.ts';
import type { Service } from '../../src/core/providers/port.ts';
import type { WireJob, WirePage } from '../../src/core/providers/wire.ts';
import { newJob } from '../../src/engine/server/jobRecord.ts';
import { Store } from '../../src/engine/store/store.ts';
import { ageText, statusText } from '../../src/messages/jobs.ts';
import { median } from './shortExamples.ts';

const jobCount = 2_000;
const batch = 250;
const rounds = 200;
const polls = 1_000;
const looks = 10;
const program = join(import.meta.dirname, '../../dist/cli.js');
const nobody = { watched: new Set<string>(), unfinished: [] };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'));
try {
  await fillStore(folder);
  const engine = spawn(process.execPath, [program, 'engine', '--data', folder, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(createInterface(engine.stdout), 'line')) as [string];
    const { baseURL, apiKey } = JSON.parse(line) as { readonly baseURL: string; readonly apiKey: string };
    for (const limit of [20, 100]) await firstRows(baseURL, apiKey, limit);
    const service = createService({ baseURL, apiKey });
    await oneChange(service);
    await manyPolls(service);
  } finally {
    await stop(engine);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function fillStore(data: string): Promise<void> {
  const hyperparameters = { n_epochs: 3, batch_size: 4, learning_rate_multiplier: 1 };
  const spec = { model: 'tunesmith-tiny', baseDirectory: null, trainingFile: 'file-x', validationFile: null, suffix: 'bench', seed: 1 };
  const store = await Store.open(data);
  const now = Math.floor(Date.now() / 1_000);
  // A record of the store's log has a limit.
  for (let from = 0; from < jobCount; from += batch) {
    await store.commit(() => ({
      changes: Array.from({ length: batch }, (_, index) => {
        const job = newJob({ ...spec, hyperparameters, metadata: { index: String(from + index) } }, 2, now - jobCount + from + index);
        return { kind: 'jobAdded', job: { ...job, wire: { ...job.wire, status: 'failed', finished_at: now } } } as const;
      }),
      result: undefined,
    }));
  }
  await store.close();
}

/** The page as text, then what becomes of it until each row has its words. */
async function firstRows(baseURL: string, apiKey: string, limit: number): Promise<void> {
  const answer = await fetch(`${baseURL}/fine_tuning/jobs?limit=${limit}`, { headers: { authorization: `Bearer ${apiKey}` } });
  const text = await answer.text();
  const [bare, rows] = [[] as number[], [] as number[]];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(milliseconds(() => JSON.parse(text)));
    const store = new JobStore();
    rows.push(
      milliseconds(() => {
        store.applyPage('c', JSON.parse(text) as WirePage<WireJob>, store.ask(Date.now()));
        groupJobs(store.list('c'), 'status', ({ job }) => job.training_file).forEach(({ records }) => records.forEach(wordsOf));
      }),
    );
  }
  const ratio = median(rows) / median(bare);
  console.log(`a page of ${String(limit).padStart(3)} (${(text.length / 1_000).toFixed(0)} kB), from answer to words: ${median(rows).toFixed(2)} ms, ${ratio.toFixed(1)} times a bare JSON.parse (${median(bare).toFixed(3)} ms)`);
}

function wordsOf({ job }: JobRecord): string {
  return [jobLabel(job), statusText(describeStatus(job.status)), ageText(job.created_at, Date.now() / 1_000, 'en')].join(' · ');
}

async function oneChange(service: Service): Promise<void> {
  const store = new JobStore();
  const poll = new JobPoll(store, 'c', Date.now);
  const signal = new AbortController().signal;
  await poll.round(service, nobody, signal);
  while (poll.hasMore) await poll.loadMore(service, signal);
  const jobs = store.list('c').map(({ job }) => job);
  let told = 0;
  store.onDidChange(() => (told += 1));
  const [bare, changes] = [[] as number[], [] as number[]];
  const text = JSON.stringify(jobs[0]);
  for (let round = 0; round < rounds; round += 1) {
    const job = jobs[(round * 7) % jobs.length] as WireJob;
    bare.push(milliseconds(() => JSON.parse(text)));
    changes.push(milliseconds(() => store.applyJob('c', { ...job, trained_tokens: round + 1 }, store.ask(Date.now()))));
  }
  console.log(`one changed job among ${jobs.length}: ${told / rounds} change told, ${median(changes).toFixed(2)} ms (a bare JSON.parse of it: ${median(bare).toFixed(3)} ms)`);
}

async function manyPolls(service: Service): Promise<void> {
  const store = new JobStore();
  const poll = new JobPoll(store, 'c', Date.now);
  const signal = new AbortController().signal;
  await poll.round(service, nobody, signal);
  while (poll.hasMore) await poll.loadMore(service, signal);
  const heap: number[] = [];
  for (let look = 0; look <= looks; look += 1) {
    for (let count = 0; look > 0 && count < polls / looks; count += 1) await poll.round(service, nobody, signal);
    collect();
    heap.push(process.memoryUsage().heapUsed / 1_000_000);
  }
  // The first stretch warms up the client, so the slope is that of what follows.
  const slope = slopeOf(heap.slice(2)) * looks;
  console.log(`${polls} polls over ${jobCount} jobs: heap ${heap.map((megabytes) => megabytes.toFixed(1)).join(' ')} MB, slope ${slope.toFixed(2)} MB per ${polls} polls`);
}

/** Least squares, per step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return above / values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function stop(engine: ChildProcess): Promise<void> {
  const ended = once(engine, 'exit');
  engine.kill('SIGTERM');
  await ended;
}
