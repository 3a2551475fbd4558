import type { ModelConfig } from '../model/config.ts';
import type { Layer, Parameters, Tensor } from '../model/parameters.ts';
import { normEpsilon, rotations } from '../model/positions.ts';

/** Keys and values of the positions seen so far, per layer [contextLength, width]. */
export type Cache = {
  length: number;
  readonly layers: readonly { readonly keys: Float32Array; readonly values: Float32Array }[];
};

/** Working memory of one step, reused from token to token. */
type Scratch = {
  readonly stream: Float32Array;
  readonly normed: Float32Array;
  readonly query: Float32Array;
  readonly mixed: Float32Array;
  readonly added: Float32Array;
  readonly hidden: Float32Array;
  readonly scores: Float32Array;
  readonly logits: Float32Array;
  /** The rows of a matrix that count. */
  readonly used: Uint32Array;
};

/** model/decoder.ts for one token at a time, on plain typed arrays: no compilation, and the trainer keeps its pool. */
export class Forward {
  readonly config: ModelConfig;
  readonly #parameters: Parameters<Tensor>;
  readonly #rotations: ReturnType<typeof rotations>;
  readonly #scratch: Scratch;

  constructor(config: ModelConfig, parameters: Parameters<Tensor>) {
    const { width, hidden, contextLength, vocabularySize } = config;
    this.config = config;
    this.#parameters = parameters;
    this.#rotations = rotations(config, contextLength);
    this.#scratch = {
      stream: new Float32Array(width),
      normed: new Float32Array(width),
      query: new Float32Array(width),
      mixed: new Float32Array(width),
      added: new Float32Array(width),
      hidden: new Float32Array(hidden),
      scores: new Float32Array(contextLength),
      logits: new Float32Array(vocabularySize),
      used: new Uint32Array(Math.max(width, hidden)),
    };
  }

  newCache(): Cache {
    const size = this.config.contextLength * this.config.width;
    return {
      length: 0,
      layers: this.#parameters.layers.map(() => ({ keys: new Float32Array(size), values: new Float32Array(size) })),
    };
  }

  /**
   * Adds one token to the sequence in the cache.
   * @throws RangeError if the context is full
   */
  append(token: number, cache: Cache): void {
    const { width, contextLength } = this.config;
    const { stream, normed, added, hidden, used } = this.#scratch;
    if (cache.length >= contextLength) {
      throw new RangeError(`The context of ${contextLength} tokens is full`);
    }
    norm(this.#parameters.embedding.data.subarray(token * width, (token + 1) * width), stream);
    this.#parameters.layers.forEach((layer, index) => {
      norm(stream, normed);
      this.#attend(layer, cache, index);
      norm(stream, normed);
      multiply(normed, layer.up, hidden, used);
      for (let i = 0; i < hidden.length; i += 1) {
        const positive = Math.max(0, hidden[i] as number);
        hidden[i] = positive * positive;
      }
      multiply(hidden, layer.down, added, used);
      add(stream, added);
    });
    cache.length += 1;
  }

  /** The scores of every token to follow the one appended last. The array is reused by the next call. */
  logits(): Float32Array {
    const { width } = this.config;
    const { stream, normed, logits } = this.#scratch;
    const embedding = this.#parameters.embedding.data;
    norm(stream, normed);
    for (let token = 0, at = 0; token < logits.length; token += 1) {
      // Two sums that do not wait for each other; the width is even.
      let [even, odd] = [0, 0];
      for (let i = 0; i < width; i += 2, at += 2) {
        even += (normed[i] as number) * (embedding[at] as number);
        odd += (normed[i + 1] as number) * (embedding[at + 1] as number);
      }
      logits[token] = even + odd;
    }
    return logits;
  }

  #attend(layer: Layer<Tensor>, cache: Cache, index: number): void {
    const { width, heads } = this.config;
    const { stream, normed, query, mixed, added, scores, used } = this.#scratch;
    const { keys, values } = cache.layers[index] as Cache['layers'][number];
    const position = cache.length;
    const size = width / heads;
    const key = keys.subarray(position * width, (position + 1) * width);
    multiply(normed, layer.query, query, used);
    multiply(normed, layer.key, key, used);
    multiply(normed, layer.value, values.subarray(position * width, (position + 1) * width), used);
    this.#rotate(query, position);
    this.#rotate(key, position);
    mixed.fill(0);
    for (let head = 0; head < width; head += size) {
      let highest = Number.NEGATIVE_INFINITY;
      for (let seen = 0; seen <= position; seen += 1) {
        let sum = 0;
        for (let i = head; i < head + size; i += 1) {
          sum += (query[i] as number) * (keys[seen * width + i] as number);
        }
        const score = sum / Math.sqrt(size);
        scores[seen] = score;
        highest = Math.max(highest, score);
      }
      let total = 0;
      for (let seen = 0; seen <= position; seen += 1) {
        const share = Math.exp((scores[seen] as number) - highest);
        scores[seen] = share;
        total += share;
      }
      for (let seen = 0; seen <= position; seen += 1) {
        const share = (scores[seen] as number) / total;
        for (let i = head; i < head + size; i += 1) {
          mixed[i] = (mixed[i] as number) + share * (values[seen * width + i] as number);
        }
      }
    }
    multiply(mixed, layer.output, added, used);
    add(stream, added);
  }

  #rotate(vector: Float32Array, position: number): void {
    const { half, cosine, sine } = this.#rotations;
    for (let head = 0; head < vector.length; head += 2 * half) {
      for (let i = 0; i < half; i += 1) {
        const [c, s] = [cosine[position * half + i] as number, sine[position * half + i] as number];
        const [first, second] = [vector[head + i] as number, vector[head + half + i] as number];
        vector[head + i] = first * c - second * s;
        vector[head + half + i] = first * s + second * c;
      }
    }
  }
}

/** out = x / sqrt(mean(x²) + epsilon). */
function norm(x: Float32Array, out: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < x.length; i += 1) {
    sum += (x[i] as number) ** 2;
  }
  const scale = 1 / Math.sqrt(sum / x.length + normEpsilon);
  for (let i = 0; i < x.length; i += 1) {
    out[i] = (x[i] as number) * scale;
  }
}

/**
 * out [outputs] = x [inputs] · matrix [inputs, outputs]. Four rows at a time, so that `out` is touched a quarter as
 * often, and no row whose factor is 0: squared ReLU leaves many of them.
 */
function multiply(x: Float32Array, matrix: Tensor, out: Float32Array, used: Uint32Array): void {
  const { data } = matrix;
  const columns = out.length;
  let count = 0;
  for (let row = 0; row < x.length; row += 1) {
    if (x[row] !== 0) {
      used[count] = row;
      count += 1;
    }
  }
  out.fill(0);
  let index = 0;
  for (; index + 4 <= count; index += 4) {
    const [r0, r1, r2, r3] = [used[index] as number, used[index + 1] as number, used[index + 2] as number, used[index + 3] as number];
    const [x0, x1, x2, x3] = [x[r0] as number, x[r1] as number, x[r2] as number, x[r3] as number];
    const [at0, at1, at2, at3] = [r0 * columns, r1 * columns, r2 * columns, r3 * columns];
    for (let column = 0; column < columns; column += 1) {
      out[column] =
        (out[column] as number) +
        x0 * (data[at0 + column] as number) +
        x1 * (data[at1 + column] as number) +
        x2 * (data[at2 + column] as number) +
        x3 * (data[at3 + column] as number);
    }
  }
  for (; index < count; index += 1) {
    const row = used[index] as number;
    const factor = x[row] as number;
    for (let column = 0, at = row * columns; column < columns; column += 1, at += 1) {
      out[column] = (out[column] as number) + factor * (data[at] as number);
    }
  }
}

function add(to: Float32Array, from: Float32Array): void {
  for (let i = 0; i < to.length; i += 1) {
    to[i] = (to[i] as number) + (from[i] as number);
  }
}
