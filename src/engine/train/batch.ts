import { endToken } from '../model/template.ts';
import type { Examples } from './examples.ts';

/** A batch in fixed shapes: [rows, length], one example per row, padded at its end with tokens of no weight. */
export type Batch = {
  readonly rows: number;
  readonly length: number;
  /** Inputs: token t of the example. */
  readonly inputs: Int32Array<ArrayBuffer>;
  /** What follows it: token t + 1. */
  readonly targets: Int32Array<ArrayBuffer>;
  /** 1 where that token is trained, else 0. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly trainedTokens: number;
};

/** Places the given examples into rows; missing rows stay empty. */
export function makeBatch(examples: Examples, indices: Uint32Array, rows: number, length: number): Batch {
  const inputs = new Int32Array(rows * length).fill(endToken);
  const targets = new Int32Array(rows * length).fill(endToken);
  const weights = new Float32Array(rows * length);
  let trainedTokens = 0;
  indices.forEach((index, row) => {
    const start = examples.starts[index] as number;
    const steps = (examples.starts[index + 1] as number) - start - 1;
    for (let t = 0; t < steps; t += 1) {
      const at = row * length + t;
      inputs[at] = examples.tokens[start + t] as number;
      targets[at] = examples.tokens[start + t + 1] as number;
      const weight = examples.trained[start + t + 1] as number;
      weights[at] = weight;
      trainedTokens += weight;
    }
  });
  return { rows, length, inputs, targets, weights, trainedTokens };
}

/** Tokens that enter the model for the longest of the given examples (the last token is only a target). */
function inputLength(examples: Examples, indices: Uint32Array): number {
  let longest = 1;
  for (const index of indices) {
    longest = Math.max(longest, (examples.starts[index + 1] as number) - (examples.starts[index] as number) - 1);
  }
  return longest;
}

/**
 * The lengths batches are padded to. Every length is compiled once (a second or two), so a length is kept only if
 * enough batches use it; the others move up to the next one. Steps of about the square root of 2, multiples of 16.
 */
export class PaddedLengths {
  readonly #lengths: readonly number[];

  constructor(batches: Iterable<{ readonly examples: Examples; readonly indices: Uint32Array }>, minUses: number) {
    const needed: number[] = [];
    for (const { examples, indices } of batches) {
      needed.push(inputLength(examples, indices));
    }
    needed.sort((a, b) => a - b);
    const largest = Math.ceil((needed.at(-1) ?? 1) / 16) * 16;
    const lengths: number[] = [];
    let uses = 0;
    let from = 0;
    for (const candidate of candidates(largest)) {
      const to = needed.findIndex((length) => length > candidate);
      uses += (to < 0 ? needed.length : to) - from;
      from = to < 0 ? needed.length : to;
      if (uses >= minUses || candidate === largest) {
        lengths.push(candidate);
        uses = 0;
      }
    }
    this.#lengths = lengths;
  }

  lengthFor(examples: Examples, indices: Uint32Array): number {
    const needed = inputLength(examples, indices);
    return this.#lengths.find((length) => length >= needed) ?? (Math.ceil(needed / 16) * 16);
  }
}

function* candidates(largest: number): Generator<number> {
  for (let power = 32; power < largest; power *= 2) {
    yield power;
    if (power * 1.5 < largest) {
      yield power * 1.5;
    }
  }
  yield largest;
}
