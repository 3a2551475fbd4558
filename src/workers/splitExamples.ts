import type { ValidationSplit } from '../core/prepare/recipe.ts';
import { drawKey, drawValidation, NumberList, validationSize, type Digest } from '../core/prepare/split.ts';
import { readLines, startReplacement } from '../disk/files.ts';
import type { Replacement, System } from '../disk/files.ts';
import { RunFailure } from './runFailure.ts';
import { waitingName } from './trainingWriter.ts';

type Sink = (line: string) => Promise<void>;

/**
 * Deals examples out to training and validation, in their order. How many there are is known only at the end, so
 * they wait in a temporary file.
 */
export class ExampleSplitter {
  readonly #spool: Replacement;
  readonly #keys = new NumberList();
  readonly #seed: number;
  readonly #digest: Digest;

  private constructor(spool: Replacement, seed: number, digest: Digest) {
    this.#spool = spool;
    this.#seed = seed;
    this.#digest = digest;
  }

  /** @param beside the waiting examples are kept in the folder of this file, under a name that nobody has */
  static async start(
    beside: string,
    seed: number,
    digest: Digest,
    options: { readonly signal?: AbortSignal; readonly system?: System },
  ): Promise<ExampleSplitter> {
    return new ExampleSplitter(await startReplacement(waitingName(beside), options), seed, digest);
  }

  async add(line: string): Promise<void> {
    this.#keys.push(drawKey(this.#seed, line, this.#digest));
    await this.#spool.write(`${line}\n`);
  }

  async deal(
    size: ValidationSplit['size'],
    training: Sink,
    validation: Sink,
    options: { readonly signal?: AbortSignal; readonly system?: System },
  ): Promise<void> {
    const keys = this.#keys.toArray();
    const wanted = validationSize(size, keys.length);
    const isValidation = drawValidation(keys, wanted);
    if (isValidation === null) throw new RunFailure({ kind: 'validationTakesAll', examples: keys.length, wanted });
    await this.#spool.finish();
    for await (const { number, text } of readLines(this.#spool.temporaryPath, options)) {
      await (isValidation(keys[number - 1] ?? Number.POSITIVE_INFINITY) ? validation : training)(text);
    }
  }

  async discard(): Promise<void> {
    await this.#spool.discard();
  }
}
