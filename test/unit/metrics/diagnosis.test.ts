import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Curve } from '../../../src/core/metrics/curve.ts';
import { diagnose, type Diagnosis } from '../../../src/core/metrics/diagnosis.ts';
import type { MetricPoint } from '../../../src/core/metrics/points.ts';
import { explainDiagnosis } from '../../../src/messages/diagnosis.ts';

/** Deterministic noise of ±amplitude. */
const noise = (step: number, amplitude: number): number => Math.sin(step * 12.9898) * amplitude;

const run = (steps: number, at: (step: number) => Omit<MetricPoint, 'step'>): MetricPoint[] =>
  Array.from({ length: steps }, (_, i) => ({ step: i + 1, ...at(i + 1) }));

const falling = (step: number): number => 3 * Math.exp(-step / 40) + 0.2;

const cases: readonly [name: string, points: MetricPoint[], kind: Diagnosis['kind'], sentence: RegExp][] = [
  ['no points', [], 'none', /^$/],
  ['three steps', run(3, (s) => ({ trainLoss: falling(s) })), 'tooFew', /few steps so far \(3\)/],
  ['not a number', run(20, (s) => (s > 12 ? { diverged: true } : { trainLoss: falling(s) })), 'diverged', /step 13/],
  ['exploding', run(100, (s) => ({ trainLoss: s < 70 ? falling(s) : 9 })), 'exploded', /^Unstable/],
  [
    'validation rises while training falls',
    run(200, (s) => ({ trainLoss: falling(s) + noise(s, 0.05), ...(s % 10 === 0 ? { fullValidLoss: 1 + ((s - 60) / 100) ** 2 } : {}) })),
    'overfitting',
    /lowest at step 60 \(1\.00\)/,
  ],
  [
    'validation settles at its minimum',
    run(400, (s) => ({ trainLoss: falling(s) + noise(s, 0.02), validLoss: 1 + falling(s) + noise(s, 0.02) })),
    'settled',
    /validation loss at about 1\.2/,
  ],
  ['still falling', run(60, (s) => ({ trainLoss: 3 - s / 30 + noise(s, 0.02) })), 'stillFalling', /training loss went/],
  ['flat', run(100, (s) => ({ trainLoss: 2 + noise(s, 0.05) })), 'flat', /hardly moved/],
  ['settled without validation', run(400, (s) => ({ trainLoss: falling(s) + noise(s, 0.005) })), 'settled', /levelled off at about 0\.2/],
  ['one noisy validation batch at the end is no overfitting', run(400, (s) => ({ trainLoss: falling(s), validLoss: s === 400 ? 0.3 : 0.25 + falling(s) })), 'settled', /^Settled/],
  ['reward', run(40, (s) => ({ trainReward: s / 40 })), 'reward', /Mean reward went/],
];

describe('diagnose', () => {
  for (const [name, points, kind, sentence] of cases) {
    it(`${name}: ${kind}`, () => {
      const diagnosis = diagnose(new Curve(points));
      assert.equal(diagnosis.kind, kind);
      assert.match(explainDiagnosis(diagnosis, 'en'), sentence);
    });
  }
  it('writes numbers as the language does', () => {
    const settled: Diagnosis = { kind: 'settled', final: { step: 1, value: 0.25 } };
    assert.match(explainDiagnosis(settled, 'tr'), /0,25/);
  });
});
