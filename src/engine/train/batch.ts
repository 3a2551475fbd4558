import { endToken } from '../model/template.ts';
import type { Examples } from './examples.ts';
import { pack, type Shape } from './packing.ts';

/**
 * A batch in a fixed shape, [rows, length]. Several examples share a row; `segments` tells them apart, and the
 * decoder lets no token see another segment, so the result is that of examples computed alone.
 */
export type Batch = Shape & {
  /** Token t of an example. */
  readonly inputs: Int32Array<ArrayBuffer>;
  /** What follows it: token t + 1. */
  readonly targets: Int32Array<ArrayBuffer>;
  /** 1 where that token is trained, else 0. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** The index of the example; -1 where the row is empty. */
  readonly segments: Int32Array<ArrayBuffer>;
  readonly trainedTokens: number;
};

/**
 * Places the given examples into rows.
 * @throws RangeError if they do not fit into the shape
 */
export function makeBatch(examples: Examples, indices: Uint32Array, shape: Shape): Batch {
  const positions = shape.rows * shape.length;
  const inputs = new Int32Array(positions).fill(endToken);
  const targets = new Int32Array(positions).fill(endToken);
  const weights = new Float32Array(positions);
  const segments = new Int32Array(positions).fill(-1);
  let trainedTokens = 0;
  pack(examples, indices, shape.length).forEach((row, number) => {
    if (number >= shape.rows) {
      throw new RangeError(`${indices.length} examples do not fit into ${shape.rows} rows of ${shape.length} tokens`);
    }
    let at = number * shape.length;
    for (const index of row) {
      const last = (examples.starts[index + 1] as number) - 1;
      for (let from = examples.starts[index] as number; from < last; from += 1, at += 1) {
        const weight = examples.trained[from + 1] as number;
        inputs[at] = examples.tokens[from] as number;
        targets[at] = examples.tokens[from + 1] as number;
        weights[at] = weight;
        segments[at] = index;
        trainedTokens += weight;
      }
    }
  });
  return { ...shape, inputs, targets, weights, segments, trainedTokens };
}
