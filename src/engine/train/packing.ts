import type { ModelConfig } from '../model/config.ts';
import { countParameters } from '../model/parameters.ts';
import type { Examples } from './examples.ts';

/** Rows of a fixed length, in tokens, of which so many are followed by a trained one. */
export type Shape = { readonly rows: number; readonly length: number; readonly predictions: number };

/** Tokens of an example that enter the model: all but the last, which is only predicted. */
export function inputLength(examples: Examples, index: number): number {
  return Math.max(0, (examples.starts[index + 1] as number) - (examples.starts[index] as number) - 1);
}

/** Tokens of the given examples that count in the loss. */
export function trainedLength(examples: Examples, indices: Uint32Array): number {
  let sum = 0;
  for (const index of indices) {
    // The first token of an example follows nothing; it is never trained, being that of a role.
    for (let at = examples.starts[index] as number; at < (examples.starts[index + 1] as number); at += 1) {
      sum += examples.trained[at] as number;
    }
  }
  return sum;
}

/** Distributes examples over rows of `length` tokens: the longest first, each into the first row with room for it. */
export function pack(examples: Examples, indices: Uint32Array, length: number): readonly (readonly number[])[] {
  const longestFirst = Array.from(indices).sort((a, b) => inputLength(examples, b) - inputLength(examples, a) || a - b);
  const rows: { free: number; readonly members: number[] }[] = [];
  for (const index of longestFirst) {
    const needed = inputLength(examples, index);
    let row = rows.find(({ free }) => free >= needed);
    if (row === undefined) {
      row = { free: length, members: [] };
      rows.push(row);
    }
    row.free -= needed;
    row.members.push(index);
  }
  return rows.map(({ members }) => members);
}

/**
 * Distributes the examples of a batch over `shards` replicas, the longest and the shortest to each in turn, so that
 * they have about the same to do. The indices are in the order of length.
 */
export function deal(indices: Uint32Array, shards: number): readonly Uint32Array[] {
  const hands = Array.from({ length: shards }, (): number[] => []);
  indices.forEach((index, place) => {
    const turn = place % (2 * shards);
    hands[turn < shards ? turn : 2 * shards - 1 - turn]?.push(index);
  });
  return hands.map((hand) => Uint32Array.from(hand));
}

/** The library compiles a shape in a second or two, about the time that this many smaller steps save. */
const minUsesPerShape = 40;

/** Scores are computed for a multiple of so many positions. */
const predictionUnit = 64;

/**
 * The few shapes that the batches of a job get. A longer row wastes less at its end but costs more attention, so the
 * cheapest length is tried out on some batches; numbers of rows that few batches need move up to the next one.
 */
export class Shapes {
  readonly length: number;
  readonly #rows: readonly number[];
  /** Room for predictions, by the number of rows. */
  readonly #predictions = new Map<number, number>();
  readonly #examples: Examples;

  /** `batches`: some or all of the batches to come; `repeats`: how often they stand for others like them. */
  constructor(examples: Examples, config: ModelConfig, batches: readonly Uint32Array[], repeats: number) {
    this.#examples = examples;
    const shortest = roundUp(Math.max(1, examples.longest - 1));
    const limit = Math.max(shortest, config.contextLength);
    let best: { length: number; rows: readonly number[]; cost: number } = { length: shortest, rows: [1], cost: Number.POSITIVE_INFINITY };
    for (const factor of [1, 1.125, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4]) {
      const length = Math.min(limit, roundUp(shortest * factor));
      const needed = batches.map((indices) => pack(examples, indices, length).length).sort((a, b) => a - b);
      const rows = keptRows(needed, repeats);
      const cost = needed.reduce((sum, count) => sum + costOf(config, atLeast(rows, count), length), 0);
      if (cost < best.cost) {
        best = { length, rows, cost };
      }
    }
    this.length = best.length;
    this.#rows = best.rows;
    for (const indices of batches) {
      const { rows, predictions } = this.shapeFor(indices);
      this.#predictions.set(rows, predictions);
    }
  }

  /** The same for the same examples at any time: another shape rounds differently, and a resumed job must not. */
  shapeFor(indices: Uint32Array): Shape {
    const rows = atLeast(this.#rows, pack(this.#examples, indices, this.length).length);
    const needed = Math.max(1, trainedLength(this.#examples, indices));
    const predictions = Math.max(this.#predictions.get(rows) ?? 0, Math.ceil(needed / predictionUnit) * predictionUnit);
    return { rows, length: this.length, predictions };
  }
}

function roundUp(length: number): number {
  return Math.ceil(length / 16) * 16;
}

function atLeast(rows: readonly number[], needed: number): number {
  return rows.find((count) => count >= needed) ?? needed;
}

function keptRows(needed: readonly number[], repeats: number): readonly number[] {
  const largest = needed.at(-1) ?? 1;
  const kept: number[] = [];
  let uses = 0;
  needed.forEach((count, index) => {
    uses += repeats;
    if (count !== needed[index + 1] && (uses >= minUsesPerShape || count === largest)) {
      kept.push(count);
      uses = 0;
    }
  });
  return kept.length === 0 ? [largest] : kept;
}

/** Multiplications of a forward pass: every weight once per token, and attention over the row twice per layer. */
function costOf(config: ModelConfig, rows: number, length: number): number {
  return rows * length * (countParameters(config) + 2 * config.layers * config.width * length);
}
