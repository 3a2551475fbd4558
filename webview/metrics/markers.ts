import type { Marker } from './series.ts';

/** A sign at one place of a canvas; `size` is the half width in the canvas's own pixels. */
export function drawMarker(context: CanvasRenderingContext2D, marker: Marker, x: number, y: number, size: number): void {
  context.beginPath();
  switch (marker) {
    case 'circle':
      context.arc(x, y, size, 0, 2 * Math.PI);
      break;
    case 'square':
      context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
      break;
    case 'diamond':
      context.moveTo(x, y - size * 1.3);
      context.lineTo(x + size * 1.3, y);
      context.lineTo(x, y + size * 1.3);
      context.lineTo(x - size * 1.3, y);
      context.closePath();
      break;
  }
  context.fill();
}

/** A piece of the line with its marker, for a legend. */
export function createSwatch(color: string, dash: readonly number[], marker: Marker): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const ratio = Math.max(1, window.devicePixelRatio);
  canvas.width = 26 * ratio;
  canvas.height = 12 * ratio;
  canvas.className = 'swatch';
  canvas.setAttribute('aria-hidden', 'true');
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.scale(ratio, ratio);
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineWidth = 1.6;
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(1, 6);
    context.lineTo(25, 6);
    context.stroke();
    context.setLineDash([]);
    drawMarker(context, marker, 13, 6, 3);
  }
  return canvas;
}
