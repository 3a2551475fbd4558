import { createHash } from 'node:crypto';
import assert from 'node:assert/strict';
import { writeFolder } from '../../src/disk/folders.ts';
import { syncFolder } from '../../src/disk/files.ts';
import { syncTree } from '../../src/disk/syncTree.ts';
import { newJob } from '../../src/engine/server/jobRecord.ts';
import type { Change, StoredJob } from '../../src/engine/store/changes.ts';
import { newId } from '../../src/engine/store/ids.ts';
import type { State } from '../../src/engine/store/state.ts';
import { Store } from '../../src/engine/store/store.ts';
import { usedDirectories } from '../../src/engine/store/sweep.ts';
import type { ModelDisk } from '../support/modelDisk.ts';

export const root = '/data/engine';

/** What an engine does to its store, in the orders in which it does it. */
export type Step = {
  readonly name: string;
  /** False for metrics, of which the last second may be lost. */
  readonly durable: boolean;
  readonly run: (store: Store, disk: ModelDisk) => Promise<Store | void>;
};

const commit = (store: Store, ...changes: readonly Change[]): Promise<void> =>
  store.commit(() => ({ changes, result: undefined }));

const lastJob = (store: Store): StoredJob | undefined => [...store.state.jobs.values()].at(-1);

/** Bytes that tell where they come from, over more than one page. */
export function content(seed: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 32) createHash('sha256').update(`${seed} ${at}`).digest().copy(bytes, at);
  return bytes;
}

async function upload(store: Store): Promise<void> {
  const incoming = await store.receiveFile();
  const receive = async (): Promise<{ readonly bytes: number; readonly sha256: string }> => {
    await incoming.write(content(incoming.id, 5000));
    await incoming.write(content(incoming.id, 300));
    return incoming.finish();
  };
  const { bytes, sha256 } = await receive().catch(async (error: unknown) => {
    await incoming.discard();
    throw error;
  });
  const wire = {
    id: incoming.id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null,
  } as const;
  await commit(store, { kind: 'fileAdded', file: { wire, sha256 } });
}

function event(job: StoredJob, message: string): Change {
  const wire = { id: newId.event(), object: 'fine_tuning.job.event', created_at: 1, level: 'info', message, type: 'message', data: null } as const;
  return { kind: 'eventAdded', jobId: job.wire.id, event: wire };
}

export const steps: readonly Step[] = [
  { name: 'upload', durable: true, run: upload },
  {
    name: 'delete',
    durable: true,
    run: async (store) => {
      const id = [...store.state.files.keys()].at(-1);
      if (id === undefined) return;
      await commit(store, { kind: 'fileDeleted', id });
      await store.releaseFiles([id]);
    },
  },
  {
    name: 'job',
    durable: true,
    run: async (store) => {
      const trainingFile = [...store.state.files.keys()].at(-1) ?? 'file-none';
      const hyperparameters = { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' } as const;
      const job = newJob(
        { model: 'tunesmith-tiny', baseDirectory: null, trainingFile, validationFile: null, suffix: null, seed: 1, hyperparameters, metadata: { note: 'x'.repeat(500) } },
        2,
        100,
      );
      await commit(store, { kind: 'jobAdded', job }, event(job, 'Created'));
    },
  },
  {
    name: 'metrics',
    durable: false,
    run: async (store) => {
      const job = lastJob(store);
      if (job !== undefined) await store.commitLazily(() => [event(job, `step ${store.state.events(job.wire.id).length}`)]);
    },
  },
  {
    name: 'checkpoint',
    durable: true,
    run: async (store, disk) => {
      const job = lastJob(store);
      if (job === undefined) return;
      const older = store.state.checkpoints(job.wire.id);
      const step = (older.at(-1)?.wire.step_number ?? 0) + 1;
      const directory = `${job.wire.id}/a1/step-${step}`;
      await writeFolder(store.modelPath(directory), { 'config.json': '{}', 'model.safetensors': content(directory, 1500) }, disk);
      await syncTree(store.modelPath(directory), disk);
      for (const folder of [`${job.wire.id}/a1`, job.wire.id]) await syncFolder(store.modelPath(folder), disk);
      await syncFolder(store.layout.models, disk);
      const dropped = older.slice(0, Math.max(0, older.length - 1));
      await commit(
        store,
        {
          kind: 'checkpointAdded',
          checkpoint: {
            directory,
            wire: { id: newId.checkpoint(), object: 'fine_tuning.job.checkpoint', created_at: 1, fine_tuned_model_checkpoint: `${job.modelName}:ckpt-step-${step}`, step_number: step, fine_tuning_job_id: job.wire.id, metrics: {} },
          },
        },
        ...dropped.map((one) => ({ kind: 'checkpointDropped', jobId: job.wire.id, id: one.wire.id }) as const),
      );
      await store.releaseModels(dropped.map((one) => one.directory));
    },
  },
  {
    name: 'end',
    durable: true,
    run: async (store) => {
      const job = lastJob(store);
      if (job === undefined) return;
      await commit(store, { kind: 'jobChanged', id: job.wire.id, wire: { status: 'cancelled', finished_at: 5 } }, event(job, 'Cancelled'));
      await store.releaseFiles([job.wire.training_file]);
      await store.releaseJobFolder(job.wire.id);
    },
  },
  {
    name: 'reopen',
    durable: true,
    run: async (store, disk) => {
      await store.close();
      return openStore(disk);
    },
  },
  { name: 'compact', durable: true, run: (store) => store.compact() },
];

/** A small reserve: every byte of it is looked at. */
export function openStore(disk: ModelDisk): Promise<Store> {
  return Store.open(root, { system: disk, reserveBytes: 600 });
}

/** The state as a text that is equal for equal states. */
export function describeState(state: State): string {
  return [...state.changes()].map((change) => JSON.stringify(change)).join('\n');
}

/** I2, I4 and I7: every byte that a record names is there and right, and nothing else was left behind. */
export function checkBytes(store: Store, disk: ModelDisk): void {
  const tree = disk.live.tree();
  for (const { wire, sha256 } of store.state.files.values()) {
    const bytes = tree.get(store.filePath(wire.id));
    assert.ok(bytes !== undefined, `the bytes of ${wire.id} are there`);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, `the bytes of ${wire.id}`);
  }
  for (const directory of usedDirectories(store.state)) {
    const weights = tree.get(`${store.modelPath(directory)}/model.safetensors`);
    assert.ok(weights?.equals(content(directory, 1500)) === true, `the weights in ${directory}`);
    assert.equal(tree.get(`${store.modelPath(directory)}/config.json`)?.toString(), '{}');
  }
  for (const path of tree.keys()) {
    assert.doesNotMatch(path, /\.tmp(\.old)?$/, 'no temporary file is left');
  }
}
