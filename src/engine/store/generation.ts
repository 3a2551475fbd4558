import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isMissing, readText, type System } from '../../disk/files.ts';

/** Version of what the store writes; a store of a later one is left alone. */
export const storeVersion = 1;

/** The store was written by a later version of the product; nothing was touched. */
export class NewerStoreError extends Error {
  override readonly name = 'NewerStoreError';

  constructor(path: string, version: string | number) {
    super(
      `${path} was written by a later version of Tunesmith (store version ${version}; this one reads up to ` +
        `${storeVersion}). Update Tunesmith, or use another data folder. Nothing was changed.`,
    );
  }
}

export function snapshotPath(root: string, generation: number): string {
  return join(root, `snapshot-${generation}`);
}

/** Generation 0 is the one journal of versions that knew no generations. */
export function journalPath(root: string, generation: number): string {
  return join(root, generation === 0 ? 'journal.log' : `journal-${generation}.log`);
}

export type GenerationFile = { readonly name: string; readonly generation: number; readonly kind: 'journal' | 'snapshot' };

/** The journals and snapshots among the names in a data folder. */
export function generationFiles(names: readonly string[]): readonly GenerationFile[] {
  return names.flatMap((name): readonly GenerationFile[] => {
    if (name === 'journal.log') {
      return [{ name, generation: 0, kind: 'journal' }];
    }
    const found = /^(?:journal-([1-9]\d{0,8})\.log|snapshot-([1-9]\d{0,8}))$/.exec(name);
    if (found === null) {
      return [];
    }
    return found[1] === undefined
      ? [{ name, generation: Number(found[2]), kind: 'snapshot' }]
      : [{ name, generation: Number(found[1]), kind: 'journal' }];
  });
}

/** What the file `CURRENT` says. */
export type Current =
  | { readonly kind: 'absent' | 'damaged' }
  | { readonly kind: 'generation'; readonly generation: number };

export function currentText(generation: number, version = storeVersion): string {
  const text = `tunesmith-store ${version} ${generation}`;
  return `${text} ${checksum(text)}\n`;
}

/** @throws NewerStoreError */
export async function readCurrent(path: string, system: System): Promise<Current> {
  let text: string;
  try {
    text = await readText(path, { system });
  } catch (error) {
    if (isMissing(error)) {
      return { kind: 'absent' };
    }
    throw error;
  }
  // Whatever later versions write in between, the line begins with its version and ends with its checksum.
  const line = /^(tunesmith-store (\d{1,9}) (.*)) ([0-9a-f]{8})\n$/.exec(text);
  if (line === null || checksum(line[1] ?? '') !== line[4]) {
    return { kind: 'damaged' };
  }
  if (Number(line[2]) > storeVersion) {
    throw new NewerStoreError(path, line[2] ?? '');
  }
  const generation = /^[1-9]\d{0,8}$/.test(line[3] ?? '') ? Number(line[3]) : undefined;
  return generation === undefined ? { kind: 'damaged' } : { kind: 'generation', generation };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
