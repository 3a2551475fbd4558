import { safetensors } from '@jax-js/loaders';
import type { Tensor } from './parameters.ts';

/**
 * Writes tensors in the safetensors format: the length of the header (u64, little-endian), the header as JSON padded
 * with spaces to a multiple of 8, then the numbers. https://github.com/huggingface/safetensors
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Tensor[] = [];
  let length = 0;
  for (const [name, tensor] of tensors) {
    const end = length + tensor.data.byteLength;
    header[name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [length, end] };
    parts.push(tensor);
    length = end;
  }
  const text = JSON.stringify(header);
  const headerBytes = new TextEncoder().encode(text + ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8));
  const start = 8 + headerBytes.length;
  const file = new Uint8Array(start + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  file.set(headerBytes, 8);
  let offset = start;
  for (const { data } of parts) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/** @throws Error if the bytes are no safetensors file, or hold other numbers than float32 */
export function readSafetensors(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<string, Tensor> {
  const { tensors } = safetensors.parse(bytes);
  return new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      if (!(data instanceof Float32Array)) {
        throw new Error(`The model's tensor "${name}" is not float32`);
      }
      return [name, { shape, data: data as Float32Array<ArrayBuffer> }];
    }),
  );
}
