import { dirname, join, relative, sep } from 'node:path';
import { makeFolder, readText, refuseLink, replaceJson, stat } from '../disk/files.ts';

/**
 * What runs wrote, kept in `.tunesmith/outputs.json` beside the recipe: an output with another hash was changed by
 * somebody else since. Lost or unreadable state only means that the person is asked.
 */
export type OutputState = {
  /** Hashes that a run gave this output; two while a run is replacing it. */
  hashes(outputPath: string): readonly string[];
  /** Adds hashes durably, before the outputs themselves are replaced. */
  expect(outputs: readonly OutputHash[]): Promise<void>;
  /** Forgets all other hashes of these outputs. */
  settle(outputs: readonly OutputHash[]): Promise<void>;
};

type OutputHash = { readonly path: string; readonly sha256: string };

type Stored = Map<string, readonly string[]>;

const sha256 = /^[0-9a-f]{64}$/;

export const stateFolderName = '.tunesmith';

/** The folder beside a recipe that holds what Tunesmith remembers about it. */
export function stateFolder(recipePath: string): string {
  return join(dirname(recipePath), stateFolderName);
}

/** @throws with code ELOOP if the state folder is a link, which nothing may be written through */
export async function readOutputState(recipePath: string): Promise<OutputState> {
  const folder = stateFolder(recipePath);
  await refuseLink(folder);
  const file = join(folder, 'outputs.json');
  const toKey = (path: string): string => relative(dirname(recipePath), path).split(sep).join('/');
  const stored = await readStored(file);

  const save = async (next: Stored): Promise<void> => {
    await makeFolder(folder);
    const sorted = [...next].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const outputs = Object.fromEntries(sorted.map(([key, hashes]) => [key, { sha256: hashes }]));
    await replaceJson(file, { version: 1, outputs });
  };
  const update = async (outputs: readonly OutputHash[], keepOthers: boolean): Promise<void> => {
    for (const output of outputs) {
      const key = toKey(output.path);
      const others = keepOthers ? (stored.get(key) ?? []).filter((hash) => hash !== output.sha256) : [];
      stored.set(key, [...others, output.sha256]);
    }
    await save(stored);
  };
  return {
    hashes: (path) => stored.get(toKey(path)) ?? [],
    expect: (outputs) => update(outputs, true),
    settle: (outputs) => update(outputs, false),
  };
}

async function readStored(file: string): Promise<Stored> {
  const stored: Stored = new Map();
  if ((await stat(file)) === undefined) return stored;
  let value: unknown;
  try {
    value = JSON.parse(await readText(file, { maxBytes: 1024 * 1024 }));
  } catch {
    return stored;
  }
  const outputs = isObject(value) && isObject(value['outputs']) ? value['outputs'] : {};
  for (const [key, entry] of Object.entries(outputs)) {
    const hashes = isObject(entry) && Array.isArray(entry['sha256']) ? (entry['sha256'] as unknown[]) : [];
    stored.set(key, hashes.filter((hash) => typeof hash === 'string' && sha256.test(hash)) as string[]);
  }
  return stored;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
