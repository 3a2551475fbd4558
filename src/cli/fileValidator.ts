import type { FileFacts } from '../core/dataset/fileProblems.ts';
import { mergeListed, withMore, type Listed } from '../core/dataset/moreProblems.ts';
import type { Ruleset } from '../core/dataset/ruleset.ts';
import type { StreamResult } from '../core/dataset/stream.ts';
import { stat } from '../disk/files.ts';
import { ValidationThread } from '../workers/validationThread.ts';

type Checks = {
  /** Most problems to list of one file. */
  readonly limit: number;
  readonly ruleset: Ruleset;
  /** Whether tokens are counted. */
  readonly counts: boolean;
  /** Text of the list of sensitive values that may stand in the files. */
  readonly allow: string | undefined;
};

export type ValidatedFile = {
  readonly result: StreamResult;
  /** Of all examples; null if they are not counted, or cannot be. */
  readonly tokens: number | null;
};

/** A training file and the name by which it was called, and what it gives away of other files, by their paths. */
type Training = { readonly name: string; readonly leaks: ReadonlyMap<string, Listed> };

/** After a larger file the thread is ended: what it leaves behind is too much beside the next part. In bytes. */
const largeFile = 16 << 20;

/**
 * Validates files of any size in bounded memory: checking the lines with the vocabulary that their tokens are counted
 * by, comparing them with each other, and comparing them with a training file come one after the other.
 */
export class FileValidator {
  readonly #checks: Checks;
  readonly #thread: ValidationThread;
  #training: Training | undefined;

  /** `program`: path of the worker's program. The signal ends what is under way at once. */
  constructor(program: string, checks: Checks, signal: AbortSignal) {
    this.#checks = checks;
    this.#thread = new ValidationThread(program, signal);
  }

  /**
   * Compares files, of which some may not exist, with a training file; what it gives away of them is told when they are
   * checked. `names`: of the training file, in texts and as it was called.
   */
  async compareWith(training: string, names: { readonly name: string; readonly file: string }, paths: readonly string[]): Promise<void> {
    const { limit, ruleset } = this.#checks;
    const existing: string[] = [];
    for (const path of paths) {
      if ((await stat(path))?.kind === 'file') existing.push(path);
    }
    const given = { training: { path: training, file: names }, paths: existing, limit, ruleset };
    this.#training = { name: names.file, leaks: await this.#thread.compareWithTraining(given) };
    await this.#thread.end();
  }

  /** @throws what the signal was aborted with, or an error that says why the file could not be checked */
  async check(path: string, file: FileFacts): Promise<ValidatedFile> {
    const { limit, ruleset, counts, allow } = this.#checks;
    const before = await stat(path);
    const { result, tokens, truncated } = await this.#thread.checkLines({ path, limit, ruleset, file, allow, counts });
    await this.#restAfter(before?.bytes);
    // A file that is not made of lines has no examples either.
    const compared = result.examples > 0 ? await this.#compare(path) : undefined;
    await this.#restAfter(before?.bytes);
    const after = await stat(path);
    if (after?.bytes !== before?.bytes || after?.modifiedMs !== before?.modifiedMs) {
      throw new Error('The file was changed while it was read. Validate it again.');
    }
    return { result: withMore(compared ? withMore(result, compared, limit) : result, truncated, limit), tokens };
  }

  async #compare(path: string): Promise<Listed> {
    const { limit, ruleset } = this.#checks;
    const own = await this.#thread.compareLines({ path, limit, ruleset });
    if (this.#training === undefined) return own;
    const leaked = this.#training.leaks.get(path);
    if (leaked === undefined) throw new Error(`It could not be compared with ${this.#training.name}. Validate it again.`);
    return mergeListed(own, leaked, limit);
  }

  async #restAfter(bytes: number | undefined): Promise<void> {
    if ((bytes ?? 0) > largeFile) await this.#thread.end();
  }

  async end(): Promise<void> {
    await this.#thread.end();
  }
}
