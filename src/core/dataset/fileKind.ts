export type FileKind =
  | { readonly kind: 'utf8' }
  | { readonly kind: 'text'; readonly encoding: string }
  | { readonly kind: 'binary'; readonly name: string };

const signatures: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['ZIP', [0x50, 0x4b, 0x03, 0x04]],
  // One without files.
  ['ZIP', [0x50, 0x4b, 0x05, 0x06]],
  ['gzip', [0x1f, 0x8b]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['Parquet', [0x50, 0x41, 0x52, 0x31]],
  ['Arrow', [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]],
  ['SQLite', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

/** What a file is by its first bytes: UTF-8 text, unless a known signature or byte-order mark says otherwise. */
export function fileKindOf(start: Uint8Array): FileKind {
  const binary = signatures.find(([, bytes]) => startsWith(start, bytes));
  if (binary) {
    return { kind: 'binary', name: binary[0] };
  }
  // UTF-16 text without a mark shows itself by the zero bytes of its first two characters.
  if (startsWith(start, [0xff, 0xfe]) || (start.length >= 4 && start[0] !== 0 && start[1] === 0 && start[3] === 0)) {
    return { kind: 'text', encoding: 'UTF-16 LE' };
  }
  if (startsWith(start, [0xfe, 0xff]) || (start.length >= 4 && start[0] === 0 && start[1] !== 0 && start[2] === 0)) {
    return { kind: 'text', encoding: 'UTF-16 BE' };
  }
  return { kind: 'utf8' };
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}
