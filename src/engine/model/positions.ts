import type { ModelConfig } from './config.ts';

const base = 10_000;
export const normEpsilon = 1e-5;

/**
 * Angles of the rotary position encoding (Su et al. 2021): cosine and sine, each [length, width / heads / 2],
 * angle = position / 10,000^(2i / (width / heads)). Coordinate i turns with coordinate i + half.
 */
export function rotations(
  config: ModelConfig,
  length: number,
): { readonly half: number; readonly cosine: Float32Array<ArrayBuffer>; readonly sine: Float32Array<ArrayBuffer> } {
  const half = config.width / config.heads / 2;
  const cosine = new Float32Array(length * half);
  const sine = new Float32Array(length * half);
  for (let position = 0; position < length; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = position / base ** (i / half);
      cosine[position * half + i] = Math.cos(angle);
      sine[position * half + i] = Math.sin(angle);
    }
  }
  return { half, cosine, sine };
}
