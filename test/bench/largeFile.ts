/** Streaming validation of 1 GB that is made while it is read, against only making and walking over the same bytes. */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { LineDecoder } from '../../src/core/jsonl/lineDecoder.ts';
import { checkBytes } from '../../src/core/dataset/checkBytes.ts';
import { longLines, writeLargeFile } from '../support/largeFiles.ts';

const size = 1e9;
const chunkBytes = 256 * 1024;
/** Cut into chunks without regard for lines, as a disk would. */
const block = Buffer.from(`${longLines(4000).join('\n')}\n`);

const shared = new Uint8Array(chunkBytes);

async function* chunks(): AsyncIterable<Uint8Array> {
  for (let at = 0; at < size; at += chunkBytes) {
    // All chunks share a buffer, as when a file is read to be checked.
    const chunk = shared;
    const start = at % block.length;
    const first = block.subarray(start, start + chunkBytes);
    chunk.set(first);
    chunk.set(block.subarray(0, chunkBytes - first.length), first.length);
    yield chunk;
  }
}


/** A file of the same size in which no two examples are alike, checked by the worker of the extension. */
async function peakOfWorker(): Promise<{ readonly bytes: number; readonly milliseconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tunesmith-large-'));
  try {
    const program = join(folder, 'checkAlone.mjs');
    await build({ entryPoints: [join(import.meta.dirname, 'checkAlone.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    const path = join(folder, 'large.jsonl');
    writeLargeFile(path, size, 'unique');
    const worker = join(import.meta.dirname, '../../dist/datasetWorker.js');
    return JSON.parse(execFileSync(process.execPath, [program, worker, path], { encoding: 'utf8' })) as Awaited<ReturnType<typeof peakOfWorker>>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const reading = await processorSeconds(async () => {
  let feeds = 0;
  for await (const chunk of chunks()) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) feeds += 1;
  }
  return feeds;
});
const decoding = await processorSeconds(async () => {
  const decoder = new LineDecoder(1 << 25);
  let units = 0;
  for await (const chunk of chunks()) {
    for (const { text } of decoder.push(chunk)) units += text?.length ?? 0;
  }
  return units;
});
const parsing = await processorSeconds(async () => {
  const decoder = new LineDecoder(1 << 25);
  for await (const chunk of chunks()) {
    for (const { text } of decoder.push(chunk)) if (text) JSON.parse(text);
  }
});
let problems = 0;
const checking = await processorSeconds(async () => {
  problems = (await checkBytes(chunks(), { limit: 1001 })).errors;
});
const comparing = await processorSeconds(async () => {
  await checkBytes(chunks(), { limit: 1001, compare: {} });
});

const megabytes = (seconds: number): string => (size / 1e6 / seconds).toFixed(0).padStart(6);
console.log(`1 GB in lines of ${Math.round(block.length / 4000)} bytes, ${problems} errors; per second of processor time:`);
console.log(`reading the bytes, looking for line breaks ${megabytes(reading)} MB   1.00`);
console.log(`decoding them into lines                   ${megabytes(decoding)} MB   ${(decoding / reading).toFixed(1)}`);
console.log(`decoding and JSON.parse of each line       ${megabytes(parsing)} MB   ${(parsing / reading).toFixed(1)}`);
console.log(`full validation                            ${megabytes(checking)} MB   ${(checking / reading).toFixed(1)}   (wanted: at least 100 MB)`);
console.log(`the same, examples compared with each other ${megabytes(comparing).slice(1)} MB   ${(comparing / reading).toFixed(1)}`);
const worker = await peakOfWorker();
console.log(`the worker of the extension, from disk, all compared ${megabytes(worker.milliseconds / 1000).trim()} MB`);
console.log(`most resident memory of its process        ${String(Math.round(worker.bytes / 1e6)).padStart(6)} MB         (wanted: under 300 MB; no two of the examples are alike)`);
