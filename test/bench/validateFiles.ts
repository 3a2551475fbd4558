/** `tunesmith validate`, tokens counted, on files of several sizes: most resident memory of its process, and its time. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLargeFile } from '../support/largeFiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-validate-'));
const cli = join(import.meta.dirname, '../../dist/cli.js');
/** Loaded before the command: it tells its parent at the end what the whole process took. */
const gauge = join(folder, 'gauge.cjs');
writeFileSync(
  gauge,
  `if (require('node:worker_threads').isMainThread) process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    require('node:fs').writeSync(3, JSON.stringify({ bytes: process.resourceUsage().maxRSS * 1024, seconds: (user + system) / 1e6 }));
  });`,
);

function validate(...args: readonly string[]): { readonly bytes: number; readonly seconds: number } {
  const run = spawnSync(process.execPath, ['--require', gauge, cli, 'validate', '--json', ...args], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  return JSON.parse(String(run.output[3])) as ReturnType<typeof validate>;
}

function print(what: string, { bytes, seconds }: ReturnType<typeof validate>): void {
  console.log(`${what.padEnd(48)}${String(Math.round(bytes / 1e6)).padStart(6)} MB   ${seconds.toFixed(1)} s of processor time`);
}

try {
  console.log('                                                most resident memory (wanted: under 300 MB)');
  const path = join(folder, 'large.jsonl');
  for (const size of [8e6, 200e6, 1e9]) {
    for (const examples of ['unique', 'repeated'] as const) {
      writeLargeFile(path, size, examples);
      print(`${size / 1e6} MB, ${examples} examples`, validate(path));
      if (size === 200e6 && examples === 'unique') print('the same, against itself', validate(path, '--against', path));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
