import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactly } from '../../../src/core/cost/amount.ts';
import { estimateCost, type CostEstimate } from '../../../src/core/cost/estimate.ts';
import { accessAfter, readServiceMemory } from '../../../src/core/jobs/preflight/access.ts';
import { daysUntil, judgePreflight, type FileFacts, type PreflightFacts } from '../../../src/core/jobs/preflight/preflight.ts';
import { probeService } from '../../../src/core/jobs/preflight/probe.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { togetherProfile } from '../../../src/core/providers/together.ts';
import { ServiceError, type ServiceErrorKind } from '../../../src/core/providers/port.ts';
import { job } from './builders.ts';
import { ScriptedService } from './scriptedService.ts';

const now = Date.UTC(2026, 10, 22, 12);
const file: FileFacts = { name: 'a.jsonl', bytes: 1000, examples: 100, errors: 0, warnings: 0, format: 'chat', firstError: undefined };
const tokens = { examples: 100, tokens: exactly(1000), basis: 'counted' } as const;

function costOf(dollars: number | undefined): CostEstimate {
  const price = dollars === undefined ? undefined : ({ value: dollars * 1000, asOf: '', source: '', from: 'own' } as const);
  const given = { profile: compatibleProfile, model: 'm', method: 'supervised', epochs: 1 } as const;
  return estimateCost({ ...given, training: tokens, validation: undefined, price });
}

const fine: PreflightFacts = {
  now,
  profile: compatibleProfile,
  model: 'm',
  method: 'supervised',
  training: file,
  validation: undefined,
  access: { kind: 'open', at: now },
  refusal: undefined,
  probedModel: { kind: 'known', shutdown: undefined },
  cost: costOf(1),
  caps: { perJob: undefined, perMonth: undefined },
  breach: undefined,
  duration: undefined,
};
const openai = { profile: openaiProfile, model: 'gpt-4o-mini-2024-07-18' };

const cases: [what: string, given: Partial<PreflightFacts>, verdict: string, codes: readonly string[]][] = [
  ['nothing against it', {}, 'yes', []],
  ['errors in the file', { training: { ...file, errors: 2 } }, 'no', ['file.errors']],
  ['warnings in the file', { training: { ...file, warnings: 2 } }, 'yesBut', ['file.warnings']],
  ['no examples', { training: { ...file, examples: 0 } }, 'no', ['file.empty']],
  ['pairs for a supervised job', { training: { ...file, format: 'preference' } }, 'no', ['file.format']],
  ['pairs for a preference job', { method: 'dpo', training: { ...file, format: 'preference' } }, 'yes', []],
  ['prompt and completion where they are taken', { training: { ...file, format: 'completion' } }, 'yes', []],
  ['and where they are not', { profile: localProfile, training: { ...file, format: 'completion' } }, 'no', ['file.format']],
  ['reinforcement without a validation file', { method: 'reinforcement', training: { ...file, format: 'reinforcement' } }, 'no', ['validation.needed']],
  ['errors in the validation file', { validation: { ...file, errors: 1 } }, 'no', ['file.errors']],
  ['a file above the limit', { ...openai, training: { ...file, bytes: 9 * 1024 ** 3 } }, 'no', ['file.tooLarge', 'creation.ends', 'model.ends']],
  ['a large file that goes in parts', { profile: localProfile, training: { ...file, bytes: 600 * 1024 ** 2 } }, 'yes', []],
  ['the key is refused', { refusal: new ServiceError('bad key', { kind: 'unauthorized', status: 401 }) }, 'no', ['service.refuses']],
  ['nobody was asked', { refusal: 'untold' }, 'yesBut', ['service.untold']],
  ['a service that closes soon, a model that ends', openai, 'yesBut', ['creation.ends', 'model.ends']],
  ['closed, model still there', { ...openai, now: Date.UTC(2027, 0, 6) }, 'no', ['creation.ended', 'model.ends']],
  ['closed, model gone', { ...openai, now: Date.UTC(2027, 0, 14) }, 'no', ['creation.ended', 'model.gone']],
  ['nobody knows whether a closing service lets us in', { ...openai, access: undefined }, 'yesBut', ['creation.ends', 'creation.unproven', 'model.ends']],
  ['refused yesterday', { access: { kind: 'refused', at: now - 86_400_000, reason: 'closed' } }, 'no', ['creation.refused']],
  ['refused long ago', { access: { kind: 'refused', at: now - 30 * 86_400_000, reason: 'closed' } }, 'yesBut', ['creation.refused']],
  ['the model has no such method', { ...openai, method: 'reinforcement', validation: { ...file, format: 'reinforcement' }, training: { ...file, format: 'reinforcement' } }, 'no', ['creation.ends', 'model.method', 'model.ends']],
  ['92: the service does not know the model', { probedModel: { kind: 'unknown' } }, 'no', ['model.unknown']],
  ['92: the service says that the model is gone', { probedModel: { kind: 'known', shutdown: '2026-11-22' } }, 'no', ['model.gone']],
  ['a model that lives for long', { probedModel: { kind: 'known', shutdown: '2029-01-01' } }, 'yes', []],
  ['a cap', { caps: { perJob: 1, perMonth: undefined }, breach: { kind: 'job', cap: 1, high: 2 } }, 'no', ['cap.breached']],
  ['no price', { cost: costOf(undefined) }, 'yesBut', ['price.unknown']],
  ['a service that names its price itself', { profile: togetherProfile }, 'yesBut', ['price.told', 'deploy.needed']],
  ['no price but its own under a cap', { profile: togetherProfile, cost: costOf(undefined), caps: { perJob: 1, perMonth: undefined } }, 'yesBut', ['price.told', 'deploy.needed']],
  ['no price under a cap', { cost: costOf(undefined), caps: { perJob: 1, perMonth: undefined } }, 'no', ['cap.priceUnknown']],
];

for (const [what, given, verdict, codes] of cases) {
  test(what, () => {
    const found = judgePreflight({ ...fine, ...given });
    assert.deepEqual([found.verdict, [...found.against, ...found.but].map(({ code }) => code).sort()], [verdict, [...codes].sort()]);
  });
}

test('the date of the service counts more than the bundled one', () => {
  const { but } = judgePreflight({ ...fine, ...openai, probedModel: { kind: 'known', shutdown: '2026-12-24' } });
  const end = but.find(({ code }) => code === 'model.ends');
  assert.ok(end?.code === 'model.ends');
  assert.deepEqual([end.date, end.days, end.told], ['2026-12-24', 32, 'service']);
});

test('days are those of UTC', () => {
  assert.deepEqual(
    [Date.UTC(2026, 11, 31, 23, 59), Date.UTC(2027, 0, 1), Date.UTC(2026, 11, 31)].map((at) => daysUntil('2027-01-01', at)),
    [1, 0, 1],
  );
});

const answers: [kind: ServiceErrorKind, learnt: string | undefined][] = [
  ['forbidden', 'refused'],
  ['unauthorized', 'refused'],
  ['rejected', undefined],
  ['rateLimited', undefined],
  ['cutOff', undefined],
];

for (const [kind, learnt] of answers) {
  test(`«${kind}» teaches ${learnt ?? 'nothing'}`, () => assert.equal(accessAfter(new ServiceError('x', { kind }), now)?.kind, learnt));
}

test('what is remembered comes back, and nothing else', () => {
  for (const memory of [{}, { access: { kind: 'open', at: 5 } }, { access: { kind: 'refused', at: 5, reason: 'r' }, dropsMetadata: true }]) {
    assert.deepEqual(readServiceMemory(JSON.parse(JSON.stringify(memory))), memory);
  }
  for (const damaged of [null, 'x', { access: { kind: 'open' } }, { access: { kind: 'other', at: 1 } }, { access: { kind: 'refused', at: 1 } }]) {
    assert.deepEqual(readServiceMemory(damaged), {});
  }
});

class Probed extends ScriptedService {
  onModel: () => unknown = () => ({ id: 'm' });
  override retrieveModel = (async () => this.onModel()) as never;
}

const fail = (kind: ServiceErrorKind, code?: string) => () => {
  throw new ServiceError('no', { kind, ...(code === undefined ? {} : { code }) });
};

const probes: [what: string, model: () => unknown, kind: string][] = [
  ['a model with an end', () => ({ id: 'm', shutdown_date: '2027-01-14' }), 'known'],
  ['a model without', () => ({ id: 'm', shutdown_date: null }), 'known'],
  ['a model that is not there', fail('notFound', 'model_not_found'), 'unknown'],
  ['a service without the route', fail('notFound'), 'untold'],
  ['a service that does not answer', fail('unreachable'), 'untold'],
];

for (const [what, model, kind] of probes) {
  test(`a probe of ${what}`, async () => {
    const service = new Probed();
    service.onModel = model;
    service.jobs = [job('a')];
    const probe = await probeService(service, 'm', new AbortController().signal);
    assert.deepEqual([probe.model.kind, probe.jobs.length, probe.refusal], [kind, 1, undefined]);
  });
}

test('a probe of a service that lists no jobs says why', async () => {
  const service = new Probed();
  service.onAsk = fail('forbidden');
  const probe = await probeService(service, 'm', new AbortController().signal);
  assert.equal(probe.refusal?.facts.kind, 'forbidden');
});
