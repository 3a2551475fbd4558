/**
 * Upload of 600 MB in parts to the real engine in a process of its own: resident memory of the uploading process, and
 * its processor time against hashing the same file with both digests and sending nothing.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createService } from '../../src/api/service.ts';
import { uploadFile } from '../../src/core/jobs/uploads/uploadFile.ts';
import { readChunks } from '../../src/disk/files.ts';
import { limits, mebibyte, uploadTask } from '../support/uploadTask.ts';

const megabytes = Number(process.env['UPLOAD_MB'] ?? 600);
const folder = mkdtempSync(join(tmpdir(), 'tunesmith-upload-bench-'));
const path = join(folder, 'large.train.jsonl');
const signal = new AbortController().signal;

const file = createWriteStream(path);
const block = Buffer.alloc(mebibyte);
for (let index = 0; index < megabytes; index += 1) {
  for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(Math.imul(at ^ (index << 20), 0x9e3779b1) >>> 0, at);
  if (!file.write(Buffer.from(block))) await once(file, 'drain');
}
file.end();
await once(file, 'close');

const program = join(import.meta.dirname, '../support/smallEngine.ts');
const engine = spawn(process.execPath, [...process.execArgv, program, join(folder, 'engine'), '1', '1000'], { stdio: ['ignore', 'pipe', 'inherit'] });
const lines = createInterface({ input: engine.stdout });
const [ready] = (await once(lines, 'line')) as [string];
const { baseURL, apiKey } = JSON.parse(ready) as { readonly baseURL: string; readonly apiKey: string };
const service = createService({ baseURL, apiKey });

async function measure(work: () => Promise<unknown>) {
  globalThis.gc?.();
  const start = process.memoryUsage.rss();
  let peak = start;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(timer);
  return { growth: Math.max(peak, process.memoryUsage.rss()) - start, seconds: (user + system) / 1e6 };
}

try {
  const hashing = await measure(async () => {
    const [one, other] = [createHash('sha256'), createHash('md5')];
    for await (const chunk of readChunks(path, signal)) {
      one.update(chunk);
      other.update(chunk);
    }
  });
  const small = uploadTask(service, path, { limits: { ...limits, plainBytes: 0 }, mark: 'wanted' });
  // What the client itself needs is there before.
  await service.listFiles({}, signal);
  const parts = await measure(() => uploadFile(small.task, signal));
  // One file may have 512 MiB.
  const bytes = Math.min(small.task.source.bytes, 500 * mebibyte);
  const source = { ...small.task.source, bytes, open: () => readChunks(path, signal, { end: bytes }) };
  const whole = await measure(() => uploadFile({ ...small.task, source, limits: undefined, reuse: false }, signal));
  const row = (what: string, { growth, seconds }: Awaited<ReturnType<typeof measure>>): void =>
    console.log(`${what.padEnd(44)} ${seconds.toFixed(1).padStart(6)} s  ${(seconds / hashing.seconds).toFixed(1).padStart(5)}  ${String(Math.round(growth / mebibyte)).padStart(5)} MiB`);
  console.log(`${megabytes} MiB: processor time of this process, against hashing, and growth of its resident memory`);
  row('reading and hashing (sha256 and md5)', hashing);
  row('upload in parts, a mark added, both hashes', parts);
  row(`upload of ${bytes / mebibyte} MiB as one file`, whole);
  console.log('(wanted: growth under 100 MiB in parts)');
} finally {
  const exited = engine.exitCode === null ? once(engine, 'exit') : undefined;
  engine.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
