import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Curve } from '../../../src/core/metrics/curve.ts';
import { diagnose } from '../../../src/core/metrics/diagnosis.ts';
import { measures } from '../../../src/core/metrics/points.ts';
import { decodeResultFile, parseResultFile, toCsv } from '../../../src/core/metrics/resultFile.ts';
import { summarize } from '../../../src/core/metrics/summary.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = new URL('../../../../shared/data/metrics/', import.meta.url);

describe('parseResultFile', () => {
  const families: readonly [name: string, csv: string, expected: unknown][] = [
    [
      'OpenAI',
      'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,1.52347,0.0,,\n2,1.4,0.5,1.6,0.4\n',
      [
        { step: 1, trainLoss: 1.52347, trainAccuracy: 0 },
        { step: 2, trainLoss: 1.4, trainAccuracy: 0.5, validLoss: 1.6, validAccuracy: 0.4 },
      ],
    ],
    [
      'OpenAI of 2023',
      'step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,training_token_accuracy,validation_loss,validation_sequence_accuracy,validation_token_accuracy\n1,386,2,0.15,0.0,0.68,0.11,0.0,0.65\n',
      [{ step: 1, trainLoss: 0.15, trainAccuracy: 0.68, validLoss: 0.11, validAccuracy: 0.65 }],
    ],
    [
      'Azure',
      'step,train_loss,train_mean_token_accuracy,valid_loss,validation_mean_token_accuracy,full_valid_loss,full_valid_mean_token_accuracy\r\n10,0.5,0.8,0.6,0.7,0.65,0.71\r\n',
      [
        {
          step: 10,
          trainLoss: 0.5,
          trainAccuracy: 0.8,
          validLoss: 0.6,
          validAccuracy: 0.7,
          fullValidLoss: 0.65,
          fullValidAccuracy: 0.71,
        },
      ],
    ],
    [
      'reinforcement',
      'step,train_mean_reward,full_valid_mean_reward,scores_mean/a,errors/graders/b\n3,0.42,0.68,1,2\n',
      [{ step: 3, trainReward: 0.42, fullValidReward: 0.68 }],
    ],
    ['preference tuning, without accuracy', 'step,train_loss,train_mean_token_accuracy\n1,0.69,\n', [{ step: 1, trainLoss: 0.69 }]],
    ['quoted cells and a byte order mark', '\ufeff"step","train_loss"\n"1","0.5"\n', [{ step: 1, trainLoss: 0.5 }]],
    ['no line break at the end', 'step,train_loss\n1,0.5', [{ step: 1, trainLoss: 0.5 }]],
    ['steps out of order, one twice', 'step,train_loss\n2,2\n1,1\n2,3\n', [{ step: 1, trainLoss: 1 }, { step: 2, trainLoss: 3 }]],
    ['rows cut off, steps that are none', 'step,train_loss,valid_loss\n1\nx,1,1\n,5,5\n2,0.5\n', [{ step: 2, trainLoss: 0.5 }]],
    ['not a number', 'step,train_loss\n1,0.5\n2,nan\n3,inf\n', [{ step: 1, trainLoss: 0.5 }, { step: 2, diverged: true }, { step: 3, diverged: true }]],
    ['no step column', 'epoch,train_loss\n1,0.5\n', []],
    ['empty', '', []],
  ];
  for (const [name, csv, expected] of families) {
    it(`reads ${name}`, () => assert.deepEqual(parseResultFile(csv), expected));
  }

  it('reads back what toCsv writes', () => {
    const points = parseResultFile('step,train_loss,train_accuracy,valid_loss\n1,1.5,0.25,\n2,1.25,0.5,1.75\n');
    const csv = toCsv(points, measures);
    assert.equal(csv, 'step,train_loss,valid_loss,train_mean_token_accuracy\n1,1.5,,0.25\n2,1.25,1.75,0.5\n');
    assert.deepEqual(parseResultFile(csv), points);
  });
});

describe('decodeResultFile', () => {
  const csv = 'step,train_loss\n1,0.5\n2,0.25\n';
  for (const [name, body] of [
    ['plain', csv],
    ['base64', Buffer.from(csv).toString('base64')],
    ['base64 in lines', Buffer.from(csv).toString('base64').replace(/(.{8})/g, '$1\n')],
    ['base64 without padding', Buffer.from(`${csv}3,0.1\n`).toString('base64').replace(/=+$/, '')],
  ] as const) {
    it(`reads ${name}`, () => assert.ok(decodeResultFile(bytes(body)).startsWith(csv)));
  }
  it('leaves alone what only looks encoded', () => {
    for (const body of ['step', 'c3RhcnQ=', 'hello world', '']) assert.equal(decodeResultFile(bytes(body)), body);
  });
});

describe('real result files', { skip: !existsSync(data) && 'the shared data is absent' }, () => {
  it('reads the file of 2023 whole', () => {
    const text = readFileSync(new URL('openai_legacy_results.csv', data), 'utf8');
    const points = parseResultFile(decodeResultFile(bytes(text)));
    assert.equal(points.length, text.trimEnd().split('\n').length - 1);
    const { trainLoss, validLoss } = summarize(new Curve(points));
    assert.equal(trainLoss?.first.value, 0.15904977298791032);
    assert.ok(validLoss && trainLoss && validLoss.count > 100 && validLoss.count < trainLoss.count);
    assert.deepEqual(points, parseResultFile(decodeResultFile(bytes(Buffer.from(text).toString('base64')))));
  });
  it('reads a file without validation', () => {
    const points = parseResultFile(readFileSync(new URL('openai_step_metrics.robot.csv', data), 'utf8'));
    const summary = summarize(new Curve(points));
    assert.equal(points[0]?.trainLoss, 0.59335);
    assert.equal(summary.validLoss, undefined);
    assert.equal(summary.trainLoss?.best.value, Math.min(...points.map((point) => point.trainLoss ?? Infinity)));
    assert.notEqual(diagnose(new Curve(points)).kind, 'overfitting');
  });
});
