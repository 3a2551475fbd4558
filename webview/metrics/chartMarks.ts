import uPlot from 'uplot';
import { drawMarker } from './markers.ts';
import type { Marker } from './series.ts';

/** A dotted line with a flag at each checkpoint's step. */
export function drawCheckpoints(plot: uPlot, steps: readonly number[], color: string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const size = 4 * ratio;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  for (const step of steps) {
    const x = Math.round(plot.valToPos(step, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.globalAlpha = 0.6;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top - size);
    ctx.lineTo(x + size, bbox.top - size);
    ctx.lineTo(x, bbox.top + size);
    ctx.fill();
  }
  ctx.restore();
}

/** Markers along one line, at least `space` pixels apart. */
export function drawMarkers(plot: uPlot, index: number, marker: Marker, color: string, space: number): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.fillStyle = color;
  let lastX = -Infinity;
  for (const [i, step] of plot.data[0].entries()) {
    const value = plot.data[index]?.[i];
    if (value === null || value === undefined) continue;
    const x = plot.valToPos(step, 'x', true);
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1 || x - lastX < space * ratio) continue;
    lastX = x;
    drawMarker(ctx, marker, x, plot.valToPos(value, 'y', true), 3 * ratio);
  }
  ctx.restore();
}
