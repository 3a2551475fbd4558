/** AdamW (Loshchilov and Hutter 2019). A short second moment, for runs of a few hundred steps. */
const beta1 = 0.9;
const beta2 = 0.95;
const epsilon = 1e-8;
const weightDecay = 0.01;

/** Elements whose gradients are added at a time; they stay in the processor's nearest cache. */
const block = 4096;
/** In double precision, as one expression would add them. */
const sum = new Float64Array(block);

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
  const kept = 1 - learningRate * weightDecay;
  const [first, ...others] = gradients as [Float32Array, ...Float32Array[]];
  for (let start = from; start < to; start += block) {
    const count = Math.min(to - start, block);
    // Added apart from the rest: one loop over everything takes twice as long.
    sum.set(first.subarray(start, start + count));
    for (const other of others) {
      for (let i = 0; i < count; i += 1) {
        sum[i] = (sum[i] as number) + (other[start + i] as number);
      }
    }
    for (let i = 0, at = start; i < count; i += 1, at += 1) {
      const gradient = sum[i] as number;
      const m = (mean[at] = beta1 * (mean[at] as number) + (1 - beta1) * gradient);
      const v = (variance[at] = beta2 * (variance[at] as number) + (1 - beta2) * gradient * gradient);
      const direction = (m * meanCorrection) / (Math.sqrt(v * varianceCorrection) + epsilon);
      parameters[at] = (parameters[at] as number) * kept - learningRate * direction;
    }
  }
}
