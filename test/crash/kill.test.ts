import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Random } from '../support/random.ts';
import { bundleChild, Ledger, runChild } from './killStore.ts';

const kills = 200;
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);

describe('a process that is killed', () => {
  it(`row 54: ${kills} times, at one call of the disk after another and at random moments, loses nothing`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-kill-'));
    test.diagnostic(`seed ${seed}`);
    try {
      const child = await bundleChild(folder);
      const random = new Random(seed);
      // Two stores at once, each with its own ledger.
      const lanes = ['a', 'b'].map(async (lane, number) => {
        const store = join(folder, lane);
        const ledger = new Ledger();
        for (let trial = number; trial < kills; trial += 2) {
          const atRandom = trial % 5 === 0;
          // The first calls of a process are its recovery.
          const call = atRandom ? 0 : 1 + random.below(trial % 3 === 0 ? 40 : 250);
          const command = [process.execPath, child, store, String(random.below(1e9)), String(call)];
          await runChild(command, ledger, atRandom ? { killAfterMs: random.below(40) } : {});
          await ledger.check(store).catch((error: unknown) => {
            throw new Error(`trial ${trial}, killed at call ${call}, seed ${seed}`, { cause: error });
          });
        }
      });
      await Promise.all(lanes);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
