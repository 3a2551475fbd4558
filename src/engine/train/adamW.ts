/** AdamW (Loshchilov and Hutter 2019). A short second moment, for runs of a few hundred steps. */
const beta1 = 0.9;
const beta2 = 0.95;
const epsilon = 1e-8;
const weightDecay = 0.01;

/** Weights and running moments of their gradients: parallel vectors of one length. */
export type Optimized = {
  readonly parameters: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
};

export type Update = {
  /** From 1: the moments begin at zero and are corrected for it. */
  readonly step: number;
  readonly learningRate: number;
};

/**
 * Moves the elements `from` up to `to` by one step, in place. The gradient is the sum of `gradients`, always added in
 * their order, so that who computes which part changes no bit of the result.
 */
export function adamW(
  { parameters, mean, variance }: Optimized,
  gradients: readonly Float32Array[],
  { step, learningRate }: Update,
  from: number,
  to: number,
): void {
  const meanCorrection = 1 / (1 - beta1 ** step);
  const varianceCorrection = 1 / (1 - beta2 ** step);
  const [first, ...others] = gradients as [Float32Array, ...Float32Array[]];
  for (let i = from; i < to; i += 1) {
    let gradient = first[i] as number;
    for (const other of others) {
      gradient += other[i] as number;
    }
    const m = (mean[i] = beta1 * (mean[i] as number) + (1 - beta1) * gradient);
    const v = (variance[i] = beta2 * (variance[i] as number) + (1 - beta2) * gradient * gradient);
    const direction = (m * meanCorrection) / (Math.sqrt(v * varianceCorrection) + epsilon);
    parameters[i] = (parameters[i] as number) * (1 - learningRate * weightDecay) - learningRate * direction;
  }
}
