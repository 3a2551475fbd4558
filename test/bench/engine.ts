/** The Local engine as a process of its own: a large upload and its memory, a long list of jobs read page by page. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import OpenAI from 'openai';
import { newJob } from '../../src/engine/server/jobRecord.ts';
import { Store } from '../../src/engine/store/store.ts';

const program = join(import.meta.dirname, '../../dist/cli.js');
const megabyte = 1024 * 1024;
const uploadBytes = 512 * megabyte;
const jobCount = 1_000;
const rounds = 5;

type Running = { readonly process: ChildProcess; readonly baseURL: string; readonly apiKey: string; readonly pid: number };

async function startEngine(folder: string): Promise<Running> {
  const child = spawn(process.execPath, [program, 'engine', '--data', folder, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { process: child, ...(JSON.parse(line) as Omit<Running, 'process'>) };
}

async function stopEngine(engine: Running): Promise<void> {
  const ended = once(engine.process, 'exit');
  engine.process.kill('SIGTERM');
  await ended;
}

/** Resident memory in megabytes: what it is, and the most it was where the system tells. */
function memoryOf(pid: number): { readonly now: number; readonly peak: number | undefined } {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) {
    const text = readFileSync(status, 'utf8');
    const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
    return { now: field('VmRSS'), peak: field('VmHWM') };
  }
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return { now: Number(stdout) / 1024, peak: undefined };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measureUpload(folder: string): Promise<void> {
  const path = join(folder, 'large.jsonl');
  const line = `${JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(900) }, { role: 'assistant', content: 'y' }] })}\n`;
  const block = Buffer.from(line.repeat(Math.ceil(megabyte / line.length))).subarray(0, megabyte);
  await pipeline(Readable.from(Array.from({ length: uploadBytes / megabyte }, () => block)), createWriteStream(path));
  const engine = await startEngine(join(folder, 'upload'));
  try {
    const before = memoryOf(engine.pid);
    let highest = before.now;
    const watch = setInterval(() => {
      highest = Math.max(highest, memoryOf(engine.pid).now);
    }, 25);
    const uploading = await seconds(() => sendFile(engine, path));
    clearInterval(watch);
    const most = Math.max(highest, memoryOf(engine.pid).peak ?? 0);
    const copying = await seconds(async () => {
      const copy = join(folder, 'copy.jsonl');
      await pipeline(createReadStream(path), createWriteStream(copy));
      const file = await open(copy, 'r+');
      await file.sync();
      await file.close();
    });
    console.log(
      `upload of ${uploadBytes / megabyte} MB: ${uploading.toFixed(1)} s, ${(uploading / copying).toFixed(1)} times a plain copy with sync ` +
        `(${copying.toFixed(1)} s)\nresident memory of the engine: ${before.now.toFixed(0)} MB before, ${most.toFixed(0)} MB at most (wanted: under 200 MB)`,
    );
  } finally {
    await stopEngine(engine);
  }
}

/** One multipart request, streamed from the disk. */
async function sendFile(engine: Running, path: string): Promise<void> {
  const url = new URL(`${engine.baseURL}/files`);
  const headers = { authorization: `Bearer ${engine.apiKey}`, 'content-type': 'multipart/form-data; boundary=bench' };
  const sending = request(url, { method: 'POST', headers });
  const answered = once(sending, 'response');
  sending.write('--bench\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n');
  sending.write('--bench\r\nContent-Disposition: form-data; name="file"; filename="large.jsonl"\r\n\r\n');
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), sending, { end: false });
  sending.end('\r\n--bench--\r\n');
  const [response] = (await answered) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const file = JSON.parse(Buffer.concat(chunks).toString()) as { bytes?: number };
  if (response.statusCode !== 200 || file.bytes !== uploadBytes) throw new Error(`The upload failed: ${response.statusCode}`);
}

async function measureList(folder: string): Promise<void> {
  const data = join(folder, 'list');
  const hyperparameters = { n_epochs: 3, batch_size: 4, learning_rate_multiplier: 1 };
  const spec = { model: 'tunesmith-tiny', baseDirectory: null, trainingFile: 'file-x', validationFile: null, suffix: 'bench', seed: 1 };
  const store = await Store.open(data);
  const now = Math.floor(Date.now() / 1000);
  for (let index = 0; index < jobCount; index += 1) {
    const job = newJob({ ...spec, hyperparameters, metadata: { index: String(index) } }, 2, now);
    const wire = { ...job.wire, status: 'failed', finished_at: now };
    await store.commit(() => ({ changes: [{ kind: 'jobAdded', job: { ...job, wire } }], result: undefined }));
  }
  await store.close();
  const engine = await startEngine(data);
  try {
    const openai = new OpenAI({ apiKey: engine.apiKey, baseURL: engine.baseURL, organization: null, project: null, maxRetries: 0 });
    for (const limit of [20, 100]) {
      const pages = jobCount / limit;
      const listing: number[] = [];
      const asking: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        listing.push(
          await seconds(async () => {
            const seen = new Set<string>();
            for await (const job of openai.fineTuning.jobs.list({ limit })) seen.add(job.id);
            if (seen.size !== jobCount) throw new Error(`${seen.size} jobs were listed`);
          }),
        );
        asking.push(
          await seconds(async () => {
            for (let page = 0; page < pages; page += 1) await openai.models.retrieve('tunesmith-tiny');
          }),
        );
      }
      console.log(
        `${jobCount} jobs in pages of ${String(limit).padStart(3)}: ${median(listing).toFixed(2)} s (wanted: under 1 s), ` +
          `${(median(listing) / median(asking)).toFixed(1)} times ${pages} requests for one model (${median(asking).toFixed(2)} s)`,
      );
    }
  } finally {
    await stopEngine(engine);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'));
try {
  await measureList(folder);
  await measureUpload(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
