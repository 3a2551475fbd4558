import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { WrittenFile } from '../core/prepare/outcome.ts';
import {
  makeFolder,
  readChunks,
  readLines,
  removeEmptyFolders,
  removeLeftovers,
  replaceFile,
  sha256File,
  startReplacement,
  stat,
} from '../disk/files.ts';
import type { Replacement, System } from '../disk/files.ts';

/** A training file in the making: written beside its name, read back, and only then given it. */
export interface TrainingWriter {
  readonly path: string;
  readonly temporaryPath: string;
  readonly examples: number;
  write(line: string): Promise<void>;
  /** Makes the content durable and reads it back. @throws ReadBackError */
  finish(): Promise<void>;
  /** SHA-256 of what was written. After `finish`. */
  sha256(): string;
  /** SHA-256 of the file that has the name now; null if there is none. */
  currentHash(): Promise<string | null>;
  /** Copies what was written into a folder. After `finish`. */
  copyTo(folder: string): Promise<string>;
  /** Gives it the name; a file that has the same bytes already is left alone. */
  commit(): Promise<WrittenFile>;
  /** Leaves nothing behind; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** No run is silent for so long. */
const leftoverMs = 60 * 60 * 1000;

/** The name under which examples wait until the split is known. */
export function waitingName(path: string): string {
  return `${path}.all`;
}

/** What is on disk is not what was written. */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError';
  readonly path: string;
  readonly line: number | null;

  constructor(path: string, line: number | null) {
    super(`${path} was not written correctly${line === null ? '' : ` (line ${line})`}`);
    this.path = path;
    this.line = line;
  }
}

export async function startTrainingFile(
  path: string,
  options: { readonly signal?: AbortSignal; readonly system?: System } = {},
): Promise<TrainingWriter> {
  const onSystem = options.system ? { system: options.system } : {};
  const folder = dirname(path);
  const createdFolder = await makeFolder(folder, onSystem);
  const removeFolders = async (): Promise<void> => {
    if (createdFolder !== undefined) await removeEmptyFolders(folder, createdFolder, options.system);
  };
  let replacement: Replacement;
  try {
    for (const name of [path, waitingName(path)]) await removeLeftovers(name, leftoverMs, options.system);
    // A run over many rows is not to be lost to a program that looks at its last output.
    replacement = await startReplacement(path, { ...options, keepIfHeld: true });
  } catch (error) {
    await removeFolders();
    throw error;
  }
  const hash = createHash('sha256');
  let examples = 0;
  let bytes = 0;
  let digest = '';
  let committed = false;

  const currentHash = async (): Promise<string | null> =>
    (await stat(replacement.target, options.system)) === undefined ? null : sha256File(replacement.target, options);

  return {
    path,
    temporaryPath: replacement.temporaryPath,
    get examples() {
      return examples;
    },
    async write(line) {
      const encoded = Buffer.from(`${line}\n`, 'utf8');
      hash.update(encoded);
      examples += 1;
      bytes += encoded.length;
      await replacement.write(encoded);
    },
    async finish() {
      digest = hash.digest('hex');
      await replacement.finish();
      await readBack(replacement.temporaryPath, path, { examples, sha256: digest }, options);
    },
    sha256: () => digest,
    currentHash,
    async copyTo(target) {
      await makeFolder(target, onSystem);
      const copy = join(target, basename(path));
      await replaceFile(copy, readChunks(replacement.temporaryPath, options.signal, onSystem), options);
      return copy;
    },
    async commit() {
      const unchanged = (await currentHash()) === digest;
      if (unchanged) await replacement.discard();
      else await replacement.commit();
      committed = true;
      return { path, examples, bytes, sha256: digest, unchanged };
    },
    async discard() {
      await replacement.discard();
      if (!committed) await removeFolders();
    },
  };
}

/** Every line must be an example, their number and the hash of the bytes those that were written. */
async function readBack(
  temporaryPath: string,
  path: string,
  expected: { readonly examples: number; readonly sha256: string },
  options: { readonly signal?: AbortSignal; readonly system?: System },
): Promise<void> {
  let lines = 0;
  for await (const { number, text } of readLines(temporaryPath, options)) {
    if (!isExample(text)) throw new ReadBackError(path, number);
    lines = number;
  }
  if (lines !== expected.examples || (await sha256File(temporaryPath, options)) !== expected.sha256) {
    throw new ReadBackError(path, null);
  }
}

function isExample(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'messages' in value && Array.isArray(value.messages);
  } catch {
    return false;
  }
}
