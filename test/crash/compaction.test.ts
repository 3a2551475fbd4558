import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, StoredCheckpoint, StoredFile, StoredJob, StoredUpload } from '../../src/engine/store/changes.ts';
import type { State } from '../../src/engine/store/state.ts';
import { ModelDisk } from '../support/modelDisk.ts';
import { Random } from '../support/random.ts';
import { openStore } from './world.ts';

const seed = Number(process.env['CRASH_SEED'] ?? 1);

type Job = StoredJob['wire'];

/** Ids from a small stock, so that changes meet what earlier ones made, or nothing. */
const stock = ['a', 'b', 'c', 'd'] as const;
const text = (random: Random): string => random.pick(['', 'x', 'ğ😀', '__proto__', '"\\\n', '\u2028', 'long '.repeat(50)]);
const maybe = <T>(random: Random, value: T): T | null => (random.below(2) === 0 ? null : value);
const digest = (random: Random): { readonly digest?: string } => (random.below(2) === 0 ? {} : { digest: text(random) });

function file(random: Random): StoredFile {
  const id = `file-${random.pick(stock)}`;
  return {
    wire: {
      id, object: 'file', bytes: random.below(9), created_at: random.below(1e9), filename: text(random), purpose: 'fine-tune', status: 'processed',
      expires_at: maybe(random, random.below(9)), status_details: maybe(random, text(random)),
    },
    sha256: text(random),
  };
}

function upload(random: Random): StoredUpload {
  const wire = {
    id: `upload_${random.pick(stock)}`, object: 'upload', bytes: random.below(9), created_at: 1, filename: text(random), purpose: 'fine-tune', status: 'pending',
    expires_at: random.below(9), file: null,
  } as const;
  return { wire, fileExpiresAfter: maybe(random, 3600) };
}

/** Every field that a job may have, so that a new one does not compile before it is tried. */
function jobFields(random: Random): Required<Omit<StoredJob, 'wire' | 'modelName' | 'baseDirectory' | 'threads' | 'request'>> {
  return {
    attempt: random.below(9),
    validated: random.below(2) === 0,
    plan: maybe(random, { totalSteps: random.below(9), stepsPerEpoch: random.below(9) }),
    saved: maybe(random, { step: random.below(9), directory: `job/${text(random)}`, ...digest(random) }),
    modelDirectory: maybe(random, text(random)),
    modelDigest: text(random),
  };
}

function wireJob(random: Random): Required<Omit<Job, 'trained_steps' | 'total_steps' | 'total_price'>> {
  return {
    id: `ftjob-${random.pick(stock)}`, object: 'fine_tuning.job', created_at: 1, model: text(random), training_file: 'file-a', validation_file: maybe(random, 'file-b'),
    organization_id: 'local', status: random.pick(['queued', 'running', 'succeeded', 'an unknown one']), seed: random.below(9), result_files: ['file-c', text(random)],
    fine_tuned_model: maybe(random, text(random)), finished_at: maybe(random, 2), trained_tokens: maybe(random, 0),
    error: maybe(random, { code: null, message: text(random), param: null }), hyperparameters: { n_epochs: random.pick([1, 'auto']) },
    method: { type: 'supervised', supervised: { hyperparameters: { learning_rate_multiplier: random.next() } } }, integrations: maybe(random, []),
    estimated_finish: maybe(random, 1), metadata: maybe(random, { [text(random)]: text(random) }), user_provided_suffix: maybe(random, text(random)),
  };
}

function job(random: Random): StoredJob {
  return {
    ...jobFields(random), wire: wireJob(random), modelName: text(random), baseDirectory: maybe(random, 'base'), threads: 2, request: { key: text(random), body: text(random) },
  };
}

/** Some of an object's fields. */
function some<T extends object>(random: Random, all: T): Partial<T> {
  return Object.fromEntries(Object.entries(all).filter(() => random.below(3) === 0)) as Partial<T>;
}

function checkpoint(random: Random): StoredCheckpoint {
  const wire = {
    id: `ftckpt_${random.pick(stock)}`, object: 'fine_tuning.job.checkpoint', created_at: 1, fine_tuned_model_checkpoint: text(random), step_number: random.below(9),
    fine_tuning_job_id: `ftjob-${random.pick(stock)}`, metrics: { step: 1, train_loss: random.next() },
  } as const;
  return { wire, directory: text(random), ...digest(random) };
}

/** One change of each kind. A kind without an entry does not compile, and none goes untried. */
const changeOf = {
  fileAdded: (random) => ({ kind: 'fileAdded', file: file(random) }),
  fileDeleted: (random) => ({ kind: 'fileDeleted', id: `file-${random.pick(stock)}` }),
  uploadAdded: (random) => ({ kind: 'uploadAdded', upload: upload(random) }),
  uploadPartAdded: (random) => ({
    kind: 'uploadPartAdded', uploadId: `upload_${random.pick(stock)}`, part: { id: `part_${random.below(1e6)}`, bytes: random.below(9), ...(random.below(2) === 0 ? {} : { sha256: text(random) }) },
  }),
  uploadEnded: (random) => ({
    kind: 'uploadEnded',
    id: `upload_${random.pick(stock)}`,
    wire: random.pick([{ status: 'completed', file: file(random).wire }, { status: 'cancelled', file: null }, { status: 'expired', file: null }]),
  }),
  jobAdded: (random) => ({ kind: 'jobAdded', job: job(random) }),
  jobChanged: (random) => {
    const { id, ...wire } = wireJob(random);
    return { kind: 'jobChanged', id, ...some(random, jobFields(random)), ...(random.below(2) === 0 ? {} : { wire: some(random, wire) }) };
  },
  eventAdded: (random) => ({
    kind: 'eventAdded',
    jobId: `ftjob-${random.pick(stock)}`,
    event: { id: `ftevent-${random.below(1e6)}`, object: 'fine_tuning.job.event', created_at: 1, level: 'info', message: text(random), type: 'metrics', data: maybe(random, { step: random.below(9) }) },
  }),
  checkpointAdded: (random) => ({ kind: 'checkpointAdded', checkpoint: checkpoint(random) }),
  checkpointDropped: (random) => ({ kind: 'checkpointDropped', jobId: `ftjob-${random.pick(stock)}`, id: `ftckpt_${random.pick(stock)}` }),
  modelDeleted: (random) => ({ kind: 'modelDeleted', model: text(random) }),
} satisfies { readonly [K in Change['kind']]: (random: Random) => Extract<Change, { readonly kind: K }> };

type Seen = { readonly jobs: ReadonlySet<string>; readonly uploads: ReadonlySet<string>; readonly models: ReadonlySet<string> };

/** Everything that can be asked of a state. It does not go through what a snapshot is made of. */
function everything(state: State, { jobs, uploads, models }: Seen): unknown {
  const asked = {
    files: [...state.files],
    uploads: [...state.uploads],
    uploadParts: [...uploads].map((id) => state.uploadParts(id)),
    jobs: [...state.jobs],
    events: [...jobs].map((id) => state.events(id)),
    checkpoints: [...jobs].map((id) => state.checkpoints(id)),
    isDeleted: [...models].map((model) => state.isDeleted(model)),
  } satisfies Record<Exclude<keyof State, 'apply' | 'changes'>, unknown>;
  // Twice the same object, or another one of the same content, is no difference; a lost or added field is one.
  return JSON.parse(JSON.stringify(asked)) as unknown;
}

describe('a snapshot', () => {
  it('keeps all that changes of every kind add up to, as the journal does', async () => {
    const kinds = Object.keys(changeOf) as (keyof typeof changeOf)[];
    for (let round = 0; round < 60; round += 1) {
      const what = `round ${round}, seed ${seed}`;
      const random = new Random(seed * 1000 + round);
      const seen = {
        jobs: new Set(stock.map((id) => `ftjob-${id}`)),
        uploads: new Set(stock.map((id) => `upload_${id}`)),
        models: new Set<string>(),
      };
      const disk = new ModelDisk();
      let store = await openStore(disk);
      for (let turn = 0; turn < 40; turn += 1) {
        const changes = Array.from({ length: 1 + random.below(3) }, () => changeOf[random.pick(kinds)](random));
        for (const change of changes) {
          if (change.kind === 'modelDeleted') seen.models.add(change.model);
        }
        seen.models.add(text(random));
        await store.commit(() => ({ changes, result: undefined }));
        if (random.below(8) > 0) continue;
        const before = everything(store.state, seen);
        if (random.below(2) === 0) await store.compact();
        await store.close();
        store = await openStore(disk);
        assert.deepEqual(store.notes, [], what);
        assert.deepEqual(everything(store.state, seen), before, what);
      }
      const before = everything(store.state, seen);
      await store.close();
      store = await openStore(disk);
      assert.deepEqual(everything(store.state, seen), before, `${what}, from the journal`);
      await store.compact();
      await store.close();
      store = await openStore(disk);
      assert.deepEqual(everything(store.state, seen), before, `${what}, from the snapshot`);
      await store.close();
    }
  });

  for (const [kind, make] of Object.entries(changeOf)) {
    it(`of a change ${kind} alone, and after one of each other kind, is the same`, async () => {
      for (const others of [[], Object.values(changeOf)]) {
        const random = new Random(seed);
        const changes: Change[] = [...others, make].map((one) => one(random));
        const models = changes.flatMap((change) => (change.kind === 'modelDeleted' ? [change.model] : []));
        const seen = { jobs: new Set(stock.map((id) => `ftjob-${id}`)), uploads: new Set(stock.map((id) => `upload_${id}`)), models: new Set(models) };
        const disk = new ModelDisk();
        const store = await openStore(disk);
        await store.commit(() => ({ changes, result: undefined }));
        const before = everything(store.state, seen);
        await store.compact();
        await store.close();
        const again = await openStore(disk);
        assert.deepEqual(everything(again.state, seen), before);
        await again.close();
      }
    });
  }
});
