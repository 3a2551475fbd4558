import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerText } from '../../../src/engine/generate/answerText.ts';
import { greedy, sample } from '../../../src/engine/generate/sampling.ts';
import { Random } from '../../../src/engine/model/random.ts';

const scores = Float32Array.from([0.1, 0.5, 0.3, 0.1], (share) => Math.log(share));

function shares(options: { temperature: number; topP: number }, draws = 8000): number[] {
  const random = new Random(3);
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < draws; draw += 1) {
    const token = sample(scores, options, random);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts.map((count) => count / draws);
}

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((share, token) => {
    assert.ok(Math.abs(share - (expected[token] ?? 0)) < 0.02, `${actual.join(' ')} instead of ${expected.join(' ')}`);
  });
}

test('greedy takes the highest score, the first of equals', () => {
  assert.equal(greedy(scores), 1);
  assert.equal(greedy(Float32Array.of(1, 2, 2)), 1);
  assert.equal(sample(scores, { temperature: 0, topP: 1 }, new Random(1)), 1);
  assert.equal(sample(scores, { temperature: 1, topP: 0 }, new Random(1)), 1);
});

test('temperature 1 draws by the probabilities, a higher one flatter, a lower one sharper', () => {
  assertNear(shares({ temperature: 1, topP: 1 }), [0.1, 0.5, 0.3, 0.1]);
  // p^(1/2) and p^2, normed.
  assertNear(shares({ temperature: 2, topP: 1 }), [0.168, 0.375, 0.29, 0.168]);
  assertNear(shares({ temperature: 0.5, topP: 1 }), [0.0278, 0.694, 0.25, 0.0278]);
});

test('top-p keeps the fewest most likely tokens that reach it', () => {
  assertNear(shares({ temperature: 1, topP: 0.5 }), [0, 1, 0, 0]);
  assertNear(shares({ temperature: 1, topP: 0.7 }), [0, 0.625, 0.375, 0]);
});

test('the same seed draws the same tokens', () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 30 }, () => sample(scores, { temperature: 1, topP: 1 }, random));
  };
  assert.deepEqual(draw(11), draw(11));
  assert.notDeepEqual(draw(11), draw(12));
});

function shown(text: string, stops: readonly string[], chunk: number): { pieces: string[]; stopped: boolean } {
  const answer = new AnswerText(stops);
  const bytes = new TextEncoder().encode(text);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length && !answer.stopped; start += chunk) {
    pieces.push(answer.push(bytes.subarray(start, start + chunk)));
  }
  pieces.push(answer.end());
  return { pieces, stopped: answer.stopped };
}

test('characters come whole, however their bytes are cut', () => {
  const text = 'Ç 水 🧪 é';
  for (const chunk of [1, 2, 3, 5, 100]) {
    const { pieces, stopped } = shown(text, [], chunk);
    assert.equal(pieces.join(''), text);
    assert.equal(stopped, false);
    assert.ok(pieces.every((piece) => !piece.includes('\uFFFD') && piece.isWellFormed()));
  }
});

test('bytes that never become a character are shown as such', () => {
  const answer = new AnswerText([]);
  assert.equal(answer.push(Uint8Array.of(0x61, 0xe6)), 'a');
  assert.equal(answer.end(), '\uFFFD');
});

test('the text ends in front of a stop string, and no part of it is ever shown', () => {
  const cases: readonly [text: string, stops: string[], shownText: string, stopped: boolean][] = [
    ['one\n\ntwo', ['\n\n'], 'one', true],
    ['one\ntwo', ['\n\n'], 'one\ntwo', false],
    ['ababac!', ['abac'], 'ab', true],
    ['xySTOPz', ['z', 'STOP'], 'xy', true],
    ['ends with STO', ['STOP'], 'ends with STO', false],
    ['no stops', ['', 'absent'], 'no stops', false],
  ];
  for (const [text, stops, expected, stopped] of cases) {
    for (const chunk of [1, 2, 100]) {
      const result = shown(text, stops, chunk);
      assert.equal(result.pieces.join(''), expected, `${text} by ${chunk}`);
      assert.equal(result.stopped, stopped);
    }
  }
});
