import type { ModelConfig } from '../model/config.ts';
import { countParameters, mapParameters, parameterShapes, type Parameters, type Tensor } from '../model/parameters.ts';
import type { Optimized } from './adamW.ts';

/** What all replicas of a model share: weights, optimiser state, and a gradient that each of them writes. */
export type TrainingMemory = Optimized & {
  readonly buffer: SharedArrayBuffer;
  /** By replica; each as long as `parameters`. */
  readonly gradients: readonly Float32Array[];
};

/** Memory for a training from `parameters` on, with the moments at zero. */
export function newTrainingMemory(config: ModelConfig, parameters: Parameters<Tensor>, replicas: number): TrainingMemory {
  const floats = (3 + replicas) * countParameters(config);
  const memory = openTrainingMemory(config, new SharedArrayBuffer(floats * Float32Array.BYTES_PER_ELEMENT));
  const views = parametersIn(config, memory.parameters);
  mapParameters(parameters, ({ data }, name) => views.get(name)?.set(data));
  return memory;
}

/** The views of a buffer that `newTrainingMemory` made, perhaps in another thread. */
export function openTrainingMemory(config: ModelConfig, buffer: SharedArrayBuffer): TrainingMemory {
  const count = countParameters(config);
  const vector = (index: number): Float32Array =>
    new Float32Array(buffer, index * count * Float32Array.BYTES_PER_ELEMENT, count);
  const replicas = buffer.byteLength / (count * Float32Array.BYTES_PER_ELEMENT) - 3;
  return {
    buffer,
    parameters: vector(0),
    mean: vector(1),
    variance: vector(2),
    gradients: Array.from({ length: replicas }, (_, replica) => vector(3 + replica)),
  };
}

/** A vector as the tensors of the model, by name: views, no copies. */
export function parametersIn(config: ModelConfig, vector: Float32Array): ReadonlyMap<string, Float32Array> {
  const views = new Map<string, Float32Array>();
  let offset = 0;
  mapParameters(parameterShapes(config), ([rows, columns], name) => {
    views.set(name, vector.subarray(offset, offset + rows * columns));
    offset += rows * columns;
  });
  return views;
}

/** A copy of a vector as tensors. */
export function tensorsOf(config: ModelConfig, vector: Float32Array): Parameters<Tensor> {
  const views = parametersIn(config, vector);
  return mapParameters(parameterShapes(config), (shape, name) => ({
    shape: [...shape],
    data: Float32Array.from(views.get(name) as Float32Array),
  }));
}
