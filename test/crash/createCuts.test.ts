import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createService } from '../../src/api/service.ts';
import { createOnce, searchRequested, type LookOptions } from '../../src/core/jobs/createOnce.ts';
import { toCreateRequest } from '../../src/core/jobs/createRequest.ts';
import { newDraft } from '../../src/core/jobs/jobDraft.ts';
import { localProfile } from '../../src/core/providers/local.ts';
import { ServiceError, type Service } from '../../src/core/providers/port.ts';
import type { ProviderProfile } from '../../src/core/providers/profile.ts';
import type { WireJob } from '../../src/core/providers/wire.ts';
import { chatLines } from '../support/chatLines.ts';
import { CuttingProxy, type Cut } from '../support/cuttingProxy.ts';
import { startTestEngine, type TestEngine } from '../unit/engine/serverFixture.ts';
import { createRandom } from '../unit/jobs/builders.ts';

/**
 * Creation against the real engine through a proxy that cuts connections at random bytes, with a person at the keys
 * who tries again after every failure, looks again after every lost answer, and creates again whenever that is offered.
 */
const rounds = 500;
const signal = new AbortController().signal;
const bytes = Buffer.from(chatLines(10).map((line) => `${line}\n`).join(''));
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds / 20));

let engine: TestEngine;
let proxy: CuttingProxy;
let direct: Service;
let cutOff: Service;

before(async () => {
  // Jobs are only ever queued: nothing but creation is looked at.
  engine = await startTestEngine();
  engine.scripts.splice(0, engine.scripts.length, { hold: true });
  const { baseURL } = engine.run.address;
  proxy = await CuttingProxy.listen(Number(new URL(baseURL).port));
  const apiKey = engine.run.apiKey;
  direct = createService({ baseURL, apiKey });
  cutOff = createService({ baseURL: baseURL.replace(/:\d+\//, `:${proxy.port}/`), apiKey });
});
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await engine.remove();
});

type Made = { readonly job: WireJob; readonly files: readonly string[]; readonly lost: number };

/** As the product does it: each attempt has a file and a request of its own; only a lost one is sent again. */
async function person(profile: ProviderProfile, onCreate: () => void): Promise<Made> {
  const files: string[] = [];
  let lost = 0;
  for (let attempt = 0; ; attempt += 1) {
    assert.ok(attempt < 20, 'it ends some time');
    try {
      const file = await cutOff.uploadFile({ filename: 'a.jsonl', bytes: bytes.length, async *open() { yield bytes; } }, signal);
      files.push(file.id);
      onCreate();
      const facts = { trainingFile: file.id, validationFile: undefined, requestId: crypto.randomUUID() };
      const request = toCreateRequest(newDraft('tunesmith-tiny'), profile, facts);
      const options: LookOptions = { freshFile: true, wait };
      let outcome = await createOnce(cutOff, request, signal, options);
      while (outcome.kind === 'lost') {
        lost += 1;
        assert.ok(lost < 50, 'it is found some time');
        outcome = await searchRequested(cutOff, request, outcome.error, signal, options);
        if (outcome.kind === 'lost' && outcome.looked) outcome = await createOnce(cutOff, request, signal, options);
      }
      return { job: outcome.job, files, lost };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // Whoever reads this error is told that nothing was made, and tries again.
    }
  }
}

async function jobsFrom(files: readonly string[]): Promise<readonly WireJob[]> {
  const { data } = await direct.listJobs({ limit: 100 }, signal);
  return data.filter((job) => files.includes(job.training_file));
}

test(`88: ${rounds} random cuts at every step of creation: never two jobs, never a lost one`, { timeout: 240_000 }, async () => {
  const random = createRandom(20261122);
  const bare: ProviderProfile = { ...localProfile, capabilities: { ...localProfile.capabilities, metadata: false } };
  const most = { request: 1_400, answer: 1_900 };
  const cut = (): Cut => {
    const direction = random() < 0.5 ? 'request' : 'answer';
    return { direction, after: Math.floor(random() * most[direction]) };
  };
  const seen = { lost: 0, cuts: 0 };
  for (let round = 0; seen.cuts < rounds || round < rounds; round += 1) {
    const cuts = Array.from({ length: 1 + Math.floor(random() * 3) }, cut);
    const atUpload = random() < 0.25;
    // Some services keep no metadata: there the fresh file is all there is.
    const profile = round % 2 === 0 ? localProfile : bare;
    let armed = false;
    const arm = (): void => {
      if (!armed) proxy.arm(cuts);
      armed = true;
    };
    const before = proxy.done;
    if (atUpload) arm();
    const { job, files, lost } = await person(profile, arm);
    proxy.arm([]);
    seen.lost += lost;
    seen.cuts += proxy.done - before;
    const made = await jobsFrom(files);
    assert.deepEqual(made.map(({ id }) => id), [job.id], `round ${round}, ${JSON.stringify(cuts)}`);
    if (round % 5 === 4) await direct.cancelJob(job.id, signal);
    assert.ok(round < 3 * rounds);
  }
  assert.ok(seen.lost > 0, 'some answers were really lost');
});
