import type uPlot from 'uplot';

/** Whole steps only, however far the zoom goes. */
export const stepIncrements = [1, 2, 5].flatMap((digit) => Array.from({ length: 8 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b);

/** A little air around losses, and none below zero. */
export function lossRange(_plot: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  const pad = (max - min || Math.abs(max) || 1) * 0.08;
  return [min >= 0 ? Math.max(0, min - pad) : min - pad, max + pad];
}

/** Shares stay between 0 and 1, with the line at 1 still whole. */
export function shareRange(_plot: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  const pad = Math.max((max - min) * 0.08, 0.01);
  return [Math.max(0, min - pad), Math.min(1.01, max + pad)];
}
