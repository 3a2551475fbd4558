/**
 * Exponential moving average with bias correction, so that the first values are not pulled towards zero:
 * m = w·m + (1-w)·x, shown as m / (1 - w^n). `weight` from 0 (raw values) to below 1. Gaps stay gaps and do not count.
 * Source: Kingma and Ba, Adam (2015), section 3; TensorBoard smooths its scalars the same way.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (!(weight > 0)) return [...values];
  const w = Math.min(weight, 0.999);
  let mean = 0;
  let remaining = 1;
  return values.map((value) => {
    if (value === null) return null;
    mean = w * mean + (1 - w) * value;
    remaining *= w;
    return mean / (1 - remaining);
  });
}
