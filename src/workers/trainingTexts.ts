import type { LeakProbe } from '../core/dataset/corpus/leakProbe.ts';
import { mostCompared } from '../core/dataset/corpus/readCorpus.ts';

/** The training files that others are compared with, the ones used last; together no more examples than of one file. */
export class TrainingTexts {
  readonly #known = new Map<string, LeakProbe>();

  keep(id: string, training: LeakProbe): void {
    this.#known.delete(id);
    this.#known.set(id, training);
    let examples = [...this.#known.values()].reduce((sum, { reference }) => sum + reference.size, 0);
    for (const [other, { reference }] of this.#known) {
      if (other !== id && examples > mostCompared) {
        this.#known.delete(other);
        examples -= reference.size;
      }
    }
  }

  get(id: string): LeakProbe | undefined {
    const training = this.#known.get(id);
    if (training) {
      this.#known.delete(id);
      this.#known.set(id, training);
    }
    return training;
  }
}
