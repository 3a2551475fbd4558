import { endToken } from '../model/template.ts';
import type { Examples } from './examples.ts';
import { pack, trainedLength, type Shape } from './packing.ts';

/**
 * A batch in a fixed shape, [rows, length]. Several examples share a row; `segments` tells them apart, and the
 * decoder lets no token see another segment, so the result is that of examples computed alone.
 */
export type Batch = Shape & {
  /** [rows, length]: tokens, without the last one of each example. */
  readonly inputs: Int32Array<ArrayBuffer>;
  /** [rows, length]: the index of the example; -1 where the row is empty. */
  readonly segments: Int32Array<ArrayBuffer>;
  /** [predictions]: where in the rows, counted through, a trained token follows. Unused ones are 0. */
  readonly positions: Int32Array<ArrayBuffer>;
  /** [predictions]: that token. */
  readonly targets: Int32Array<ArrayBuffer>;
  /** [predictions]: 1, or 0 where unused. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly trainedTokens: number;
};

/**
 * Places the given examples into rows.
 * @throws RangeError if they do not fit into the shape
 */
export function makeBatch(examples: Examples, indices: Uint32Array, shape: Shape): Batch {
  const inputs = new Int32Array(shape.rows * shape.length).fill(endToken);
  const segments = new Int32Array(shape.rows * shape.length).fill(-1);
  const positions = new Int32Array(shape.predictions);
  const targets = new Int32Array(shape.predictions).fill(endToken);
  const weights = new Float32Array(shape.predictions);
  const rows = pack(examples, indices, shape.length);
  if (rows.length > shape.rows || trainedLength(examples, indices) > shape.predictions) {
    throw new RangeError(`${indices.length} examples do not fit into ${shape.rows} rows of ${shape.length} tokens`);
  }
  let trainedTokens = 0;
  rows.forEach((row, number) => {
    let at = number * shape.length;
    for (const index of row) {
      const last = (examples.starts[index + 1] as number) - 1;
      for (let from = examples.starts[index] as number; from < last; from += 1, at += 1) {
        inputs[at] = examples.tokens[from] as number;
        segments[at] = index;
        if (examples.trained[from + 1] === 1) {
          positions[trainedTokens] = at;
          targets[trainedTokens] = examples.tokens[from + 1] as number;
          weights[trainedTokens] = 1;
          trainedTokens += 1;
        }
      }
    }
  });
  return { ...shape, inputs, segments, positions, targets, weights, trainedTokens };
}
