import type { ModelConfig } from './config.ts';
import type { Random } from './random.ts';

/** One tensor on the JavaScript side: row-major float32. */
export type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> };

/**
 * The trained tensors. A matrix has the shape [inputs, outputs]. The embedding, [vocabulary, width], is also the
 * output projection. There are no biases and no norm gains: at this size they learn nothing, and each tensor costs
 * several kernel launches per step. The type is generic because the trainer holds the same tree of jax arrays.
 */
export type Layer<T> = {
  readonly query: T;
  readonly key: T;
  readonly value: T;
  readonly output: T;
  readonly up: T;
  readonly down: T;
};

export type Parameters<T> = { readonly embedding: T; readonly layers: Layer<T>[] };

type Shape = readonly [rows: number, columns: number];

/** The shape of every tensor, in the tree's own form. */
export function parameterShapes(config: ModelConfig): Parameters<Shape> {
  const { width, hidden } = config;
  const layer: Layer<Shape> = {
    query: [width, width],
    key: [width, width],
    value: [width, width],
    output: [width, width],
    up: [width, hidden],
    down: [hidden, width],
  };
  return {
    embedding: [config.vocabularySize, width],
    layers: Array.from({ length: config.layers }, () => layer),
  };
}

/** Applies `f` to every tensor with its stored name, always in the same order. */
export function mapParameters<T, U>(parameters: Parameters<T>, f: (value: T, name: string) => U): Parameters<U> {
  return {
    embedding: f(parameters.embedding, 'embedding'),
    layers: parameters.layers.map((layer, index) => ({
      query: f(layer.query, `layers.${index}.query`),
      key: f(layer.key, `layers.${index}.key`),
      value: f(layer.value, `layers.${index}.value`),
      output: f(layer.output, `layers.${index}.output`),
      up: f(layer.up, `layers.${index}.up`),
      down: f(layer.down, `layers.${index}.down`),
    })),
  };
}

/** The tensors with their stored names. */
export function listParameters<T>(parameters: Parameters<T>): readonly (readonly [name: string, value: T])[] {
  const list: (readonly [string, T])[] = [];
  mapParameters(parameters, (value, name) => list.push([name, value] as const));
  return list;
}

export function countParameters(config: ModelConfig): number {
  return listParameters(parameterShapes(config)).reduce((sum, [, [rows, columns]]) => sum + rows * columns, 0);
}

const embeddingDeviation = 0.05;

/**
 * Random weights: standard deviation 0.05 for the embedding, 1/sqrt(inputs) for the matrices that read the residual
 * stream, and zeros for those that write into it, so that every layer starts as the identity and a high learning rate
 * is stable.
 */
export function randomParameters(config: ModelConfig, random: Random): Parameters<Tensor> {
  return mapParameters(parameterShapes(config), (shape, name) => {
    const [inputs, outputs] = shape;
    const data = new Float32Array(inputs * outputs);
    if (!/\.(output|down)$/.test(name)) {
      const deviation = name === 'embedding' ? embeddingDeviation : 1 / Math.sqrt(inputs);
      for (let i = 0; i < data.length; i += 1) {
        data[i] = deviation * random.normal();
      }
    }
    return { shape, data };
  });
}

/** @throws Error if a tensor is missing or has another shape than the configuration says */
export function parametersFrom(config: ModelConfig, tensors: ReadonlyMap<string, Tensor>): Parameters<Tensor> {
  return mapParameters(parameterShapes(config), (shape, name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined || tensor.shape.length !== 2 || tensor.shape.some((size, axis) => size !== shape[axis])) {
      throw new Error(`The model's weights have no tensor "${name}" of shape ${shape.join(' x ')}`);
    }
    return tensor;
  });
}
