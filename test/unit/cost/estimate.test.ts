import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateDuration, pastRunsOf } from '../../../src/core/cost/duration.ts';
import { billOf, estimateCost } from '../../../src/core/cost/estimate.ts';
import { FileTokenTally, type FileTokens } from '../../../src/core/cost/fileTokens.ts';
import { trainingPriceOf } from '../../../src/core/cost/price.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { overrideProviders } from '../../../src/core/providers/overrides.ts';
import type { ProviderProfile } from '../../../src/core/providers/profile.ts';
import type { Auto } from '../../../src/core/providers/wire.ts';
import { createRandom, job } from '../jobs/builders.ts';

const exact = (examples: number, tokens: number): FileTokens => ({
  examples,
  tokens: { low: tokens, likely: tokens, high: tokens },
  basis: 'counted',
});

/** A profile as somebody corrected it who pays another price. */
function corrected(id: 'openai' | 'compatible', model: string, training: number): ProviderProfile {
  return overrideProviders({ [id]: { asOf: '2026-11-28', models: { [model]: { price: { training } } } } }).providers[id];
}

type Given = { profile: ProviderProfile; model: string; epochs?: Auto<number>; validation?: FileTokens };

function cost({ profile, model, epochs = 'auto', validation }: Given, training: FileTokens) {
  const price = trainingPriceOf(profile, model);
  return estimateCost({ profile, model, method: 'supervised', epochs, training, validation, price });
}

const mini = 'gpt-4o-mini-2024-07-18';
const dollars: [what: string, given: Given, training: FileTokens, likely: number][] = [
  ['the job of the documentation: 10 examples, 1,700 trained tokens', { profile: openaiProfile, model: mini }, exact(10, 170), 0.0051],
  ['auto epochs of a usual file', { profile: openaiProfile, model: mini }, exact(1000, 1_000_000), 9],
  ['epochs that somebody chose', { profile: openaiProfile, model: mini, epochs: 4 }, exact(1000, 1_000_000), 12],
  ['a tuned model costs what its base does', { profile: openaiProfile, model: `ft:${mini}:a::b`, epochs: 1 }, exact(9, 1_000_000), 3],
  ['an own price counts more than ours', { profile: corrected('openai', mini, 2), model: mini, epochs: 1 }, exact(9, 1_000_000), 2],
  ['an own price where we know none', { profile: corrected('compatible', 'm', 0.4), model: 'm', epochs: 2 }, exact(9, 1_000_000), 0.8],
];

for (const [what, given, training, likely] of dollars) {
  test(what, () => {
    const found = cost(given, training);
    assert.ok(found.kind === 'dollars');
    assert.ok(Math.abs(found.dollars.likely - likely) < 1e-9, String(found.dollars.likely));
  });
}

test('nothing is made up: no price, no dollars', () => {
  const found = cost({ profile: compatibleProfile, model: 'm' }, exact(100, 1000));
  assert.ok(found.kind === 'unknown' && found.reason === 'noPrice');
  assert.deepEqual(found.billed.epochs, { low: 1, likely: 3, high: 10, from: 'assumed' });
  assert.deepEqual(found.billed.total, { low: 1000, likely: 3000, high: 10_000 });
});

test('the own engine is free, and reinforcement is billed by time', () => {
  assert.equal(cost({ profile: localProfile, model: 'tunesmith-tiny' }, exact(100, 1000)).kind, 'free');
  const price = trainingPriceOf(openaiProfile, mini);
  const found = estimateCost({ profile: openaiProfile, model: mini, method: 'reinforcement', epochs: 1, training: exact(9, 9), validation: undefined, price });
  assert.ok(found.kind === 'unknown' && found.reason === 'byTime');
});

test('validation tokens are billed where a service bills them, and only there', () => {
  const compatible = corrected('compatible', 'm', 1);
  const together: ProviderProfile = { ...compatible, id: 'together' };
  const given = { model: 'm', epochs: 2, validation: exact(5, 100_000) } as const;
  const billed = cost({ profile: together, ...given }, exact(9, 1_000_000));
  assert.ok(billed.kind === 'dollars');
  assert.deepEqual(Object.values(billed.dollars).map((value) => value.toFixed(6)), ['2.000000', '2.200000', '2.200000']);
  const free = cost({ profile: compatible, ...given }, exact(9, 1_000_000));
  assert.ok(free.kind === 'dollars' && free.dollars.high === 2);
});

test('a price carries its date and source', () => {
  const price = trainingPriceOf(openaiProfile, mini);
  assert.match(price?.asOf ?? '', /^\d{4}-\d\d-\d\d$/);
  assert.match(price?.source ?? '', /^https:/);
});

test('a corrected price is told as the person\u2019s own', () => {
  assert.deepEqual(
    [corrected('openai', mini, 2), openaiProfile].map((profile) => trainingPriceOf(profile, mini)?.from),
    ['own', 'profile'],
  );
});

test('all lines counted: the sum, cut where training cuts', () => {
  const tally = new FileTokenTally(100);
  for (const tokens of [10, 20, 300]) tally.add(tokens);
  assert.deepEqual(tally.result(1000, true), { examples: 3, tokens: { low: 130, likely: 130, high: 130 }, basis: 'counted' });
});

test('a sample: the bounds hold the truth, and close in on it', () => {
  const random = createRandom(7);
  const lines = Array.from({ length: 10_000 }, () => 50 + Math.floor(random() * 100));
  const truth = lines.reduce((sum, tokens) => sum + tokens, 0);
  let width = Number.POSITIVE_INFINITY;
  for (const every of [100, 10]) {
    const tally = new FileTokenTally(undefined);
    lines.forEach((tokens, index) => (index % every === 0 ? tally.add(tokens) : tally.skip()));
    const { tokens, basis } = tally.result(1, true);
    assert.equal(basis, 'sampled');
    assert.ok(tokens.low <= truth && truth <= tokens.high, JSON.stringify([tokens, truth]));
    assert.ok(tokens.high - tokens.low < width);
    width = tokens.high - tokens.low;
  }
});

test('lines that nobody can count go by their size, and another vocabulary has wider bounds', () => {
  const pairs = new FileTokenTally(undefined);
  for (let line = 0; line < 10; line += 1) pairs.add(null);
  const bySize = pairs.result(4000, true);
  assert.equal(bySize.basis, 'size');
  assert.deepEqual([bySize.tokens.likely, bySize.tokens.low < 1000, bySize.tokens.high > 1000], [1000, true, true]);
  const other = new FileTokenTally(undefined);
  other.add(1000);
  assert.deepEqual(other.result(1, false), { examples: 1, tokens: { low: 850, likely: 1000, high: 1300 }, basis: 'otherVocabulary' });
});

const done = { status: 'succeeded', model: 'base', trained_tokens: 1000, finished_at: 1100, created_at: 1000 };

test('the time is learnt from jobs of the same base that have succeeded', () => {
  const jobs = [
    job('a', 1, done),
    job('b', 1, { ...done, status: 'failed' }),
    job('c', 1, { ...done, model: 'other' }),
    job('d', 1, { ...done, model: 'ft:base:org::x', finished_at: 1200 }),
    job('e', 1, { ...done, trained_tokens: null }),
  ];
  const runs = pastRunsOf(jobs, 'base');
  assert.deepEqual(runs, [{ tokens: 1000, seconds: 100 }, { tokens: 1000, seconds: 200 }]);
  assert.deepEqual(estimateDuration(runs, { low: 2000, likely: 2000, high: 2000 }), { low: 200, likely: 200, high: 400, runs: 2 });
  assert.equal(estimateDuration([], { low: 1, likely: 1, high: 1 }), undefined);
});

test('the bill is tokens times price, once the tokens are told', () => {
  assert.equal(billOf(1_500_000, 3), 4.5);
  assert.equal(billOf(null, 3), undefined);
});
