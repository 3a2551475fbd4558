import type { MetricPoint } from '../../src/core/metrics/points.ts';

/** The steps in sight. */
export type Zoom = { readonly min: number; readonly max: number };

/** A zoom within the points, at least two steps wide; null if everything is in sight. */
export function clampZoom(zoom: Zoom, points: readonly MetricPoint[]): Zoom | null {
  const first = points[0]?.step ?? 0;
  const last = points.at(-1)?.step ?? 1;
  const width = Math.max(2, zoom.max - zoom.min);
  if (width >= last - first) return null;
  const min = Math.min(Math.max(first, zoom.min), last - width);
  return { min, max: min + width };
}

export function scaleAround({ min, max }: Zoom, centre: number, factor: number): Zoom {
  return { min: centre - (centre - min) * factor, max: centre + (max - centre) * factor };
}

/** A zoom as it was kept over a reload; null if it is none. */
export function readZoom(kept: unknown): Zoom | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { min, max } = kept as Partial<Record<keyof Zoom, unknown>>;
  return typeof min === 'number' && typeof max === 'number' && min < max ? { min, max } : null;
}
