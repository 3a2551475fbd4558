/**
 * `npm run test:kill -- --count 10000 [--seed N]`: kills a process that works on a store, checks what it had promised,
 * and goes on. Where strace is installed, half of the kills come from the kernel on entering a system call.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../support/random.ts';
import { bundleChild, Ledger, runChild } from './killStore.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: String(Date.now() % 1e6) } } });
const count = Number(values.count);
const random = new Random(Number(values.seed));
/** System calls, and about how often one thread enters them in the turns that a traced child has. */
const systemCalls = { openat: 200, write: 200, fsync: 150, rename: 40, unlink: 20, ftruncate: 2, mkdir: 4 };
const tracedTurns = 25;
const traced = spawnSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true']).status === 0;
console.log(`seed ${values.seed}, ${traced ? 'with' : 'without'} strace`);

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-kill-'));
const child = await bundleChild(folder);
const store = join(folder, 'store');
const ledger = new Ledger();
const kinds: Record<string, number> = {};
for (let trial = 0; trial < count; trial += 1) {
  const how = random.pick(traced ? (['call', 'moment', 'kernel', 'kernel'] as const) : (['call', 'moment'] as const));
  kinds[how] = (kinds[how] ?? 0) + 1;
  const call = how === 'call' ? String(1 + random.below(300)) : '0';
  const command = [process.execPath, child, store, String(random.below(1e9)), call, ...(how === 'kernel' ? [String(tracedTurns)] : [])];
  const [name, often] = random.pick(Object.entries(systemCalls));
  const when = 1 + random.below(often);
  const inject = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=${when}`];
  // The kernel counts per thread: with one thread for files no point is missed.
  await runChild(how === 'kernel' ? [...inject, ...command] : command, ledger, {
    env: { UV_THREADPOOL_SIZE: '1' },
    ...(how === 'moment' ? { killAfterMs: random.below(80) } : {}),
  });
  await ledger.check(store).catch((error: unknown) => {
    throw new Error(`trial ${trial} (${how} ${name} ${when}), seed ${values.seed}; the store is ${store}`, { cause: error });
  });
  if ((trial + 1) % 100 === 0) console.log(`${trial + 1} kills, ${ledger.files.size} files, ${ledger.jobs.size} jobs, nothing lost`);
}
console.log(`${count} kills, nothing lost: ${JSON.stringify(kinds)}`);
rmSync(folder, { recursive: true, force: true });
