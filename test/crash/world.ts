import { createHash } from 'node:crypto';
import assert from 'node:assert/strict';
import { writeAll } from '../../src/disk/durable.ts';
import { newJob } from '../../src/engine/server/jobRecord.ts';
import type { Change, StoredFile, StoredJob, StoredUpload } from '../../src/engine/store/changes.ts';
import { newId } from '../../src/engine/store/ids.ts';
import { isActive, type State } from '../../src/engine/store/state.ts';
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

async function receive(store: Store, id: string, lengths: readonly number[]): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const incoming = await store.fileBytes.receive(id);
  try {
    for (const length of lengths) await incoming.write(content(id, length));
    return await incoming.finish();
  } catch (error) {
    await incoming.discard();
    throw error;
  }
}

/** Takes the bytes of a file; no record names it yet. */
async function receiveFile(store: Store): Promise<StoredFile> {
  const id = newId.file();
  const { bytes, sha256 } = await receive(store, id, [5000, 300]);
  const wire = {
    id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null,
  } as const;
  return { wire, sha256 };
}

const partBytes = 700;

function pendingUpload(store: Store): StoredUpload | undefined {
  return [...store.state.uploads.values()].findLast((upload) => upload.wire.status === 'pending');
}

function newUpload(): StoredUpload {
  const id = newId.upload();
  const wire = {
    id, object: 'upload', bytes: 5300, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'pending', expires_at: 9, file: null,
  } as const;
  return { wire, fileExpiresAfter: null };
}

function someJob(store: Store): StoredJob {
  const trainingFile = [...store.state.files.keys()].at(-1) ?? 'file-none';
  const hyperparameters = { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' } as const;
  return newJob(
    { model: 'tunesmith-tiny', baseDirectory: null, trainingFile, validationFile: null, suffix: null, seed: 1, hyperparameters, metadata: { note: 'x'.repeat(500) } },
    2,
    100,
  );
}

/** As a trainer may do it: nothing of it is durable before the store has made it so. Resolves to its digest. */
async function writeModel(store: Store, disk: ModelDisk, directory: string): Promise<string> {
  const path = store.modelFolders.path(directory);
  await disk.mkdir(path);
  for (const [name, bytes] of [['config.json', Buffer.from('{}')], ['model.safetensors', content(directory, 1500)]] as const) {
    const file = await disk.open(`${path}/${name}`, 'w');
    try {
      await writeAll(file, bytes);
    } finally {
      await file.close();
    }
  }
  return store.modelFolders.makeDurable(directory);
}

function event(job: StoredJob, message: string): Change {
  const wire = { id: newId.event(), object: 'fine_tuning.job.event', created_at: 1, level: 'info', message, type: 'message', data: null } as const;
  return { kind: 'eventAdded', jobId: job.wire.id, event: wire };
}

export const steps: readonly Step[] = [
  {
    name: 'upload',
    durable: true,
    run: async (store) => commit(store, { kind: 'fileAdded', file: await receiveFile(store) }),
  },
  {
    name: 'delete',
    durable: true,
    run: async (store) => {
      const id = [...store.state.files.keys()].at(-1);
      if (id === undefined) return;
      await commit(store, { kind: 'fileDeleted', id });
      await store.fileBytes.release([id]);
    },
  },
  {
    name: 'job',
    durable: true,
    run: async (store) => {
      const job = someJob(store);
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
      const digest = await writeModel(store, disk, directory);
      const dropped = older.slice(0, Math.max(0, older.length - 1));
      await commit(
        store,
        {
          kind: 'checkpointAdded',
          checkpoint: {
            directory,
            digest,
            wire: { id: newId.checkpoint(), object: 'fine_tuning.job.checkpoint', created_at: 1, fine_tuned_model_checkpoint: `${job.modelName}:ckpt-step-${step}`, step_number: step, fine_tuning_job_id: job.wire.id, metrics: {} },
          },
        },
        ...dropped.map((one) => ({ kind: 'checkpointDropped', jobId: job.wire.id, id: one.wire.id }) as const),
      );
      await store.modelFolders.release(dropped.map((one) => one.directory));
    },
  },
  {
    name: 'end',
    durable: true,
    run: async (store) => {
      const job = lastJob(store);
      if (job === undefined) return;
      await commit(store, { kind: 'jobChanged', id: job.wire.id, wire: { status: 'cancelled', finished_at: 5 } }, event(job, 'Cancelled'));
      await store.fileBytes.release([job.wire.training_file]);
      await store.modelFolders.releaseJob(job.wire.id);
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
  {
    name: 'part',
    durable: true,
    run: async (store) => {
      const pending = pendingUpload(store);
      const upload = pending ?? newUpload();
      const id = newId.uploadPart();
      const { bytes, sha256 } = await receive(store, id, [partBytes]);
      const begin: readonly Change[] = pending === undefined ? [{ kind: 'uploadAdded', upload }] : [];
      await commit(store, ...begin, { kind: 'uploadPartAdded', uploadId: upload.wire.id, part: { id, bytes, sha256 } });
    },
  },
  {
    name: 'complete',
    durable: true,
    run: async (store) => {
      const upload = pendingUpload(store);
      if (upload === undefined) return;
      const { id } = upload.wire;
      const file = await receiveFile(store);
      const parts = store.state.uploadParts(id).map((part) => part.id);
      await commit(store, { kind: 'fileAdded', file }, { kind: 'uploadEnded', id, wire: { status: 'completed', file: file.wire } });
      await store.fileBytes.release(parts);
    },
  },
  {
    name: 'save',
    durable: true,
    run: async (store, disk) => {
      const present = [...store.state.jobs.values()].findLast(isActive);
      const job = present ?? someJob(store);
      const { id } = job.wire;
      const step = (job.saved?.step ?? 0) + 1;
      const directory = `${id}/a1/state-${step}`;
      const digest = await writeModel(store, disk, directory);
      const plan = { totalSteps: 9, stepsPerEpoch: 3 };
      const begin: readonly Change[] = present === undefined ? [{ kind: 'jobAdded', job }] : [];
      await commit(
        store,
        ...begin,
        { kind: 'jobChanged', id, attempt: 1, validated: true, plan, saved: { step, directory, digest }, wire: { status: 'queued', trained_tokens: step } },
      );
      await store.modelFolders.release([job.saved?.directory ?? null]);
    },
  },
  {
    name: 'forget',
    durable: true,
    run: async (store) => {
      const model = [...store.state.jobs.keys()].flatMap((id) => store.state.checkpoints(id)).findLast((one) => !store.state.isDeleted(one.wire.fine_tuned_model_checkpoint));
      if (model === undefined) return;
      await commit(store, { kind: 'modelDeleted', model: model.wire.fine_tuned_model_checkpoint });
      await store.modelFolders.release([model.directory]);
    },
  },
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
    const bytes = tree.get(store.fileBytes.path(wire.id));
    assert.ok(bytes !== undefined, `the bytes of ${wire.id} are there`);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, `the bytes of ${wire.id}`);
  }
  for (const id of [...store.state.uploads.keys()].flatMap((one) => store.state.uploadParts(one)).map((part) => part.id)) {
    assert.ok(tree.get(store.fileBytes.path(id))?.equals(content(id, partBytes)) === true, `the bytes of ${id}`);
  }
  for (const directory of usedDirectories(store.state)) {
    const weights = tree.get(`${store.modelFolders.path(directory)}/model.safetensors`);
    assert.ok(weights?.equals(content(directory, 1500)) === true, `the weights in ${directory}`);
    assert.equal(tree.get(`${store.modelFolders.path(directory)}/config.json`)?.toString(), '{}');
  }
  for (const path of tree.keys()) {
    assert.doesNotMatch(path, /\.tmp(\.old)?$/, 'no temporary file is left');
  }
}
