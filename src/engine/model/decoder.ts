import { nn, numpy as np } from '@jax-js/jax';
import type { ModelConfig } from './config.ts';
import type { Layer, Parameters } from './parameters.ts';
import { normEpsilon, rotations } from './positions.ts';

/**
 * The decoder as a differentiable function of jax arrays: normed token embedding; per layer causal attention with
 * rotary positions and a feed-forward part with squared ReLU (So et al. 2021; no exponential, hence cheap), each
 * reading a root-mean-square norm of the residual stream. generate/forward.ts computes the same without jax.
 *
 * jax-js hands ownership over: a function consumes its arguments, `.ref` keeps one for another use.
 */
export type DecoderConstants = { readonly cosine: np.Array; readonly sine: np.Array; readonly causal: np.Array };

/** Added to the attention score of a token that must not be seen. */
const hiddenScore = -1e9;

/** What depends on the length alone; shapes [1, 1, length, half] and [1, 1, length, length]. */
export function decoderConstants(config: ModelConfig, length: number): DecoderConstants {
  const { half, cosine, sine } = rotations(config, length);
  const causal = new Float32Array(length * length);
  for (let row = 0; row < length; row += 1) {
    causal.fill(hiddenScore, row * length + row + 1, (row + 1) * length);
  }
  return {
    cosine: np.array(cosine).reshape([1, 1, length, half]),
    sine: np.array(sine).reshape([1, 1, length, half]),
    causal: np.array(causal).reshape([1, 1, length, length]),
  };
}

/**
 * The final, normed hidden states [rows x length, width] of token ids [rows, length]. Tokens see only earlier tokens
 * of the same segment (`segments`, int32 [rows, length]); positions are relative, so it does not matter where in a row
 * a segment begins. The embedding is kept, for `logits`; everything else is consumed.
 */
export function decode(
  config: ModelConfig,
  parameters: Parameters<np.Array>,
  constants: DecoderConstants,
  tokens: np.Array,
  segments: np.Array,
): np.Array {
  const [rows, length] = tokens.shape as [number, number];
  let stream = norm(np.take(parameters.embedding.ref, tokens.reshape([rows * length]), 0));
  const sameSegment = np.equal(segments.ref.reshape([rows, 1, length, 1]), segments.reshape([rows, 1, 1, length]));
  const visible = { ...constants, mask: np.where(sameSegment, constants.causal, hiddenScore) };
  for (const layer of parameters.layers) {
    stream = stream.ref.add(attention(config, layer, visible, norm(stream), rows, length));
    const hidden = nn.relu(np.matmul(norm(stream.ref), layer.up));
    stream = stream.add(np.matmul(hidden.ref.mul(hidden), layer.down));
  }
  constants.cosine.dispose();
  constants.sine.dispose();
  visible.mask.dispose();
  return norm(stream);
}

/** Scores of every token, [n, vocabulary], of hidden states [n, width]; the embedding is the output matrix. */
export function logits(embedding: np.Array, hidden: np.Array): np.Array {
  return np.matmul(hidden, np.transpose(embedding));
}

type Visible = { readonly cosine: np.Array; readonly sine: np.Array; readonly mask: np.Array };

function norm(x: np.Array): np.Array {
  const meanSquare = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(meanSquare.add(normEpsilon))));
}

function attention(
  config: ModelConfig,
  layer: Layer<np.Array>,
  visible: Visible,
  x: np.Array,
  rows: number,
  length: number,
): np.Array {
  const size = config.width / config.heads;
  const heads = (y: np.Array): np.Array => np.transpose(y.reshape([rows, length, config.heads, size]), [0, 2, 1, 3]);
  const query = rotate(heads(np.matmul(x.ref, layer.query)), visible).mul(1 / Math.sqrt(size));
  const key = rotate(heads(np.matmul(x.ref, layer.key)), visible);
  const value = heads(np.matmul(x, layer.value));
  const scores = np.matmul(query, np.transpose(key, [0, 1, 3, 2])).add(visible.mask.ref);
  const mixed = np.matmul(nn.softmax(scores, -1), value);
  return np.matmul(np.transpose(mixed, [0, 2, 1, 3]).reshape([rows * length, config.width]), layer.output);
}

function rotate(x: np.Array, { cosine, sine }: Visible): np.Array {
  const [first, second] = np.split(x, 2, -1) as [np.Array, np.Array];
  return np.concatenate(
    [
      first.ref.mul(cosine.ref).sub(second.ref.mul(sine.ref)),
      first.mul(sine.ref).add(second.mul(cosine.ref)),
    ],
    -1,
  );
}
