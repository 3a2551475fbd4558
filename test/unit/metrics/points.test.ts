import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toPointsFromEvents } from '../../../src/core/metrics/eventPoints.ts';
import {
  firstDifference,
  mergePoints,
  toPointsFromCheckpoints,
} from '../../../src/core/metrics/points.ts';
import { smooth } from '../../../src/core/metrics/smoothing.ts';
import type { WireCheckpoint, WireEvent } from '../../../src/core/providers/wire.ts';

const event = (message: string, data: WireEvent['data'] = null): WireEvent => ({
  id: `e-${message}`,
  object: 'fine_tuning.job.event',
  created_at: 1,
  level: 'info',
  type: data === null ? 'message' : 'metrics',
  message,
  data,
});

const checkpoint = (step: number, metrics: WireCheckpoint['metrics']): WireCheckpoint => ({
  id: `c-${step}`,
  object: 'fine_tuning.job.checkpoint',
  created_at: 1,
  fine_tuned_model_checkpoint: `m:ckpt-step-${step}`,
  step_number: step,
  fine_tuning_job_id: 'ftjob-1',
  metrics,
});

describe('toPointsFromEvents', () => {
  it('reads the data of metrics events and nothing of the others', () => {
    const events = [
      event('Created fine-tuning job: ftjob-1'),
      event('Step 2/4', { step: 2, total_steps: 4, train_loss: 0.5, train_mean_token_accuracy: 0.75 }),
      event('Step 1/4', { step: 1, train_loss: 0.75, valid_loss: 0.8, full_valid_loss: 0.85 }),
      event('Checkpoint created at step 2'),
    ];
    assert.deepEqual(toPointsFromEvents(events), [
      { step: 1, trainLoss: 0.75, validLoss: 0.8, fullValidLoss: 0.85 },
      { step: 2, trainLoss: 0.5, trainAccuracy: 0.75 },
    ]);
  });
  it('falls back to the sentence where a service sends no data', () => {
    const sentence = 'Step 300/300: training loss=0.15, validation loss=0.27, full validation loss=0.40';
    assert.deepEqual(toPointsFromEvents([event(sentence)]), [
      { step: 300, trainLoss: 0.15, validLoss: 0.27, fullValidLoss: 0.4 },
    ]);
    assert.deepEqual(toPointsFromEvents([event('Step 100: training loss=nan')]), [{ step: 100, diverged: true }]);
  });
  it('takes no value from fields that are no numbers', () => {
    const data = { step: 1, train_loss: null, valid_loss: {}, train_mean_token_accuracy: true, full_valid_loss: 'x' };
    assert.deepEqual(toPointsFromEvents([event('Step 1', data)]), []);
  });
  it('forgets the first attempt of a run that began again', () => {
    const attempt = (...losses: number[]): WireEvent[] =>
      losses.map((loss, index) => event('', { step: index + 1, train_loss: loss }));
    assert.deepEqual(toPointsFromEvents([...attempt(4, 3, 2), ...attempt(4.5, 3.5)]), [
      { step: 1, trainLoss: 4.5 },
      { step: 2, trainLoss: 3.5 },
    ]);
    const goneOn = [...attempt(4, 3, 2), event('', { step: 2, train_loss: 2.5 })];
    assert.deepEqual(toPointsFromEvents(goneOn), [{ step: 1, trainLoss: 4 }, { step: 2, trainLoss: 2.5 }]);
  });
  it('keeps later points when a measure of an earlier step is told late', () => {
    const events = [
      event('', { step: 1, train_loss: 2 }),
      event('', { step: 2, train_loss: 1 }),
      event('', { step: 1, full_valid_loss: 3 }),
    ];
    assert.deepEqual(toPointsFromEvents(events), [
      { step: 1, trainLoss: 2, fullValidLoss: 3 },
      { step: 2, trainLoss: 1 },
    ]);
  });
});

describe('mergePoints', () => {
  it('joins what several sources know of one step, the later one believed', () => {
    const events = toPointsFromEvents([event('', { step: 1, train_loss: 1 }), event('', { step: 2, train_loss: 2 })]);
    const checkpoints = toPointsFromCheckpoints([checkpoint(2, { full_valid_loss: 3, train_loss: 2.5 })]);
    assert.deepEqual(mergePoints(events, checkpoints), [
      { step: 1, trainLoss: 1 },
      { step: 2, trainLoss: 2.5, fullValidLoss: 3 },
    ]);
  });
  it('finds where a longer list begins to differ', () => {
    const a = [{ step: 1, trainLoss: 1 }, { step: 2, trainLoss: 2 }];
    assert.equal(firstDifference(a, structuredClone(a)), 2);
    assert.equal(firstDifference(a, [...a, { step: 3 }]), 2);
    assert.equal(firstDifference(a, [{ step: 1, trainLoss: 1 }, { step: 2, trainLoss: 2, validLoss: 1 }]), 1);
    assert.equal(firstDifference(a, []), 0);
  });
});

describe('smooth', () => {
  it('gives raw values for weight 0 and keeps gaps', () => {
    assert.deepEqual(smooth([1, null, 3], 0), [1, null, 3]);
    assert.deepEqual(smooth([1, null, 1], 0.9).map((value) => value && Math.round(value * 1e9) / 1e9), [1, null, 1]);
  });
  it('is corrected for its start: the first value stands, a constant stays', () => {
    assert.equal(smooth([7], 0.9)[0]?.toFixed(9), '7.000000000');
    for (const value of smooth(Array<number>(50).fill(4), 0.95)) assert.ok(Math.abs((value ?? 0) - 4) < 1e-9);
  });
  it('weighs as the formula says', () => {
    const [, second] = smooth([1, 2], 0.5);
    assert.ok(Math.abs((second ?? 0) - (0.5 * 0.5 * 1 + 0.5 * 2) / 0.75) < 1e-12);
  });
});
