/**
 * Works on a store on the real disk until it is killed, and tells every acknowledged fact on stdout as soon as it is
 * one. `node killChild.ts FOLDER SEED CALL TURNS`: the process kills itself on entering call number CALL of the
 * disk (0 = never: somebody else does), or after so many turns.
 */
import { writeSync } from 'node:fs';
import { realSystem, type OpenFile, type System } from '../../src/disk/system.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { Random } from '../support/random.ts';
import { content, openReal } from './killStore.ts';
import { newId } from '../../src/engine/store/ids.ts';
import { newJob } from '../../src/engine/server/jobRecord.ts';

const [folder = '', seed = '1', killAt = '0', turns = '400'] = process.argv.slice(2);
let calls = 0;

function count(): void {
  calls += 1;
  if (calls === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

function counted<T extends object>(target: T): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        count();
        const handle = of as unknown as OpenFile;
        if (name === 'write' && calls + 1 === Number(killAt)) {
          // Killed within the write: half of it arrives.
          await handle.write(args[0] as Uint8Array, args[1] as number, (args[2] as number) >> 1, args[3] as number | null);
          count();
        }
        const result: unknown = await (value as (...all: unknown[]) => unknown).apply(of, args);
        return name === 'open' ? counted(result as OpenFile) : result;
      };
    },
  });
}

const plain = realSystem;
const system: System = { ...counted(plain), platform: plain.platform, later: plain.later.bind(plain), sleep: plain.sleep.bind(plain) };
for (const name of Object.keys(plain) as (keyof System)[]) {
  if (typeof plain[name] === 'function' && name !== 'later' && name !== 'sleep') {
    Object.assign(system, { [name]: Reflect.get(counted(plain), name) as unknown });
  }
}

const tell = (fact: unknown): void => void writeSync(1, `${JSON.stringify(fact)}\n`);
const random = new Random(Number(seed));
const store: Store = await openReal(folder, system);
tell({ kind: 'open' });
// Whoever should have killed it may be gone.
for (let turn = 0; turn < Number(turns); turn += 1) {
  const files = [...store.state.files.keys()];
  const jobs = [...store.state.jobs.values()];
  const choice = random.below(10);
  if (choice < 3 || files.length === 0) {
    const incoming = await store.fileBytes.receive();
    tell({ kind: 'asked', id: incoming.id });
    await incoming.write(content(incoming.id, 1 + random.below(9000)));
    const { bytes, sha256 } = await incoming.finish();
    const wire = { id: incoming.id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null } as const;
    await store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined }));
    tell({ kind: 'file', id: incoming.id, sha256 });
  } else if (choice < 5 && files.length > 3) {
    const id = random.pick(files);
    tell({ kind: 'deleting', id });
    await store.commit(() => ({ changes: [{ kind: 'fileDeleted', id }], result: undefined }));
    tell({ kind: 'deleted', id });
    await store.fileBytes.release([id]);
  } else if (choice < 7) {
    const auto = { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' } as const;
    const job = newJob({ model: 'tunesmith-tiny', baseDirectory: null, trainingFile: random.pick(files), validationFile: null, suffix: null, seed: 1, hyperparameters: auto, metadata: null }, 1, 1);
    await store.commit(() => ({ changes: [{ kind: 'jobAdded', job }], result: undefined }));
    tell({ kind: 'job', id: job.wire.id, status: job.wire.status });
  } else if (choice < 9 && jobs.length > 0) {
    const { id } = random.pick(jobs).wire;
    const status = random.pick(['queued', 'cancelled', 'failed']);
    tell({ kind: 'moving', id, status });
    await store.commit(() => ({ changes: [{ kind: 'jobChanged', id, wire: { status } }], result: undefined }));
    tell({ kind: 'job', id, status });
    await store.commitLazily(() => [{ kind: 'eventAdded', jobId: id, event: { id: newId.event(), object: 'fine_tuning.job.event', created_at: 1, level: 'info', message: 'm', type: 'message', data: null } }]);
  } else {
    await store.compact();
  }
}
process.kill(process.pid, 'SIGKILL');
