import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactly } from '../../../src/core/cost/amount.ts';
import { estimateCost } from '../../../src/core/cost/estimate.ts';
import { parsePendingJob } from '../../../src/core/jobs/pendingJob.ts';
import type { FileFacts, PreflightReason } from '../../../src/core/jobs/preflight/preflight.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { ServiceError } from '../../../src/core/providers/port.ts';
import { breachText, costBasisText, costText, dollarsText, estimatedTimeText } from '../../../src/messages/cost.ts';
import { reasonText } from '../../../src/messages/preflight.ts';

const file: FileFacts = { name: 'a.jsonl', bytes: 1, examples: 3, errors: 2, warnings: 1, format: 'chat', firstError: 'Line 3 ends too early.' };
const at = Date.UTC(2026, 10, 22, 12);

const sentences: [reason: PreflightReason, sentence: string][] = [
  [{ code: 'file.errors', role: 'training', file }, 'a.jsonl cannot be trained on. It has 2 problems; the first: Line 3 ends too early.'],
  [{ code: 'file.warnings', role: 'validation', file }, 'a.jsonl has 1 warning.'],
  [{ code: 'file.empty', role: 'training', file }, 'a.jsonl has no examples to train on.'],
  [{ code: 'file.format', role: 'training', file, method: 'dpo' }, 'a.jsonl holds no examples for preference optimization (DPO).'],
  [{ code: 'file.tooLarge', role: 'training', file, maxBytes: 512 * 1024 * 1024 }, 'a.jsonl is larger than the service takes (512 MB). Split it.'],
  [{ code: 'creation.ended', date: '2027-01-06' }, 'The service takes no new jobs since 2027-01-06. Use another connection.'],
  [{ code: 'creation.ends', date: '2027-01-06', days: 1 }, 'The service takes new jobs until 2027-01-06: 1 day from now.'],
  [
    { code: 'creation.refused', at, reason: 'Closed.', recent: true },
    'On Nov 22, 2026 the service refused a new job of this key or organization (Closed). Use another connection or key.',
  ],
  [
    { code: 'model.ends', model: 'm', date: '2027-01-14', days: 53, told: 'bundled' },
    'The tuned model will answer until 2027-01-14 (as last announced): 53 days from now.',
  ],
  [{ code: 'model.gone', model: 'm', date: '2026-10-23' }, 'm stopped answering on 2026-10-23, with everything tuned from it. Choose another model.'],
  [{ code: 'price.unknown', reason: 'byTime' }, 'The service bills the time and the graders of such a job, which nobody knows before.'],
];

for (const [reason, sentence] of sentences) {
  test(sentence, () => assert.equal(reasonText(reason, 'en').sentence, sentence));
}

test('every reason has a label and a whole sentence', () => {
  const others: PreflightReason[] = [
    { code: 'validation.needed' },
    { code: 'service.untold' },
    { code: 'service.refuses', error: new ServiceError('bad key', { kind: 'unauthorized' }) },
    { code: 'creation.unproven' },
    { code: 'model.method', model: 'm', method: 'reinforcement' },
    { code: 'model.unknown', model: 'm' },
    { code: 'cap.priceUnknown' },
    { code: 'cap.breached', breach: { kind: 'job', cap: 1, high: 2 } },
    { code: 'deploy.needed', guided: true },
    { code: 'deploy.needed', guided: false },
    { code: 'price.unknown', reason: 'noPrice' },
    { code: 'price.told', estimated: true },
    { code: 'price.told', estimated: false },
  ];
  for (const reason of others) {
    const { label, sentence } = reasonText(reason, 'en');
    assert.match(label, /^[A-Z]/);
    assert.match(sentence, /^[^{}]*\.$/, sentence);
  }
});

const counted = { examples: 100, tokens: exactly(1_000_000), basis: 'counted' } as const;
const given = { profile: compatibleProfile, model: 'm', method: 'supervised', training: counted, validation: undefined } as const;
const price = { value: 3, asOf: '2026-11-22', source: 'x', from: 'profile' } as const;

test('a price says what it rests on', () => {
  const known = estimateCost({ ...given, epochs: 2, price });
  assert.equal(costText(known, 'en'), 'about $6.00');
  assert.equal(costBasisText(known, 'en'), '1,000,000 tokens (counted) · 2 epochs · $3.00 per million tokens (as of 2026-11-22)');
  const open = estimateCost({ ...given, epochs: 'auto', price: { ...price, from: 'own' } });
  assert.equal(costText(open, 'en'), 'about $9.00, between $3.00 and $30.00');
  assert.match(costBasisText(open, 'en'), /1 to 10 epochs: what auto means here is not documented · \$3\.00 per million tokens \(your setting\)$/);
  assert.equal(costText(estimateCost({ ...given, epochs: 2, price: undefined }), 'en'), 'price unknown');
});

test('the least that is shown of what costs anything is a cent', () => {
  assert.deepEqual([0, 0.00001, 1.005].map((dollars) => dollarsText(dollars, 'en')), ['$0.00', '$0.01', '$1.01']);
});

test('a time says what it was learnt from', () => {
  assert.equal(estimatedTimeText(undefined), 'unknown: no earlier job of this model here');
  assert.equal(estimatedTimeText({ low: 60, likely: 120, high: 7_200, runs: 2 }), 'about 2 min, between 1 min and 2 h, by 2 earlier jobs');
});

test('a limit says how far it is off, and what to do', () => {
  assert.match(breachText({ kind: 'month', cap: 10, high: 4, spent: 7.5 }, 'en'), /may cost \$4\.00, \$7\.50 are spent.*limit is \$10\.00.*maxPerMonth/);
});

test('requests that were never answered are remembered for a day', () => {
  const pending = { requestId: 'r', connectionId: 'c', request: { model: 'm', training_file: 'f' }, freshFile: true, trainingFile: 'file:///a', at };
  assert.deepEqual(parsePendingJob(JSON.stringify(pending), at), pending);
  for (const other of [{ ...pending, at: at - 25 * 3_600_000 }, null, {}, 'x', { ...pending, request: null }]) {
    assert.equal(parsePendingJob(JSON.stringify(other), at), undefined);
  }
  assert.equal(parsePendingJob('{"requestId":', at), undefined);
});
