import { TimeShare } from './timeShare.ts';

/** How long is computed before the message loop gets a turn. */
const sliceMs = 10;

type Entry = { readonly id: string; readonly steps: Iterator<void>; readonly done: (error?: unknown) => void };

/**
 * Takes turns between computations, one step of each at a time, so that a long one does not hold up the others. All of
 * them together compute a share of the time: what they may not use they sleep through, in small pieces.
 */
export class Rounds {
  readonly #ready: Entry[] = [];
  readonly #paused = new Map<string, Entry | undefined>();
  readonly #share = new TimeShare();
  #running = false;

  /** Of one core, in (0, 1]. */
  setShare(share: number): void {
    this.#share.set(share);
  }

  /** Resolves when the computation has come to its end, rejects with what it throws. */
  run(id: string, steps: Iterator<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const done = (error?: unknown): void => {
        this.#paused.delete(id);
        if (error === undefined) {
          resolve();
        } else {
          reject(error as Error);
        }
      };
      this.#place({ id, steps, done });
    });
  }

  /** Holds it after its present step. */
  pause(id: string): void {
    if (!this.#paused.has(id)) {
      this.#paused.set(id, undefined);
    }
  }

  resume(id: string): void {
    const entry = this.#paused.get(id);
    this.#paused.delete(id);
    if (entry !== undefined) {
      this.#place(entry);
    }
  }

  #place(entry: Entry): void {
    if (this.#paused.has(entry.id)) {
      this.#paused.set(entry.id, entry);
      return;
    }
    this.#ready.push(entry);
    if (!this.#running) {
      this.#running = true;
      // Those that are asked for at the same moment begin together.
      queueMicrotask(() => void this.#go());
    }
  }

  async #go(): Promise<void> {
    // Many short answers, one after another, may not compute more than a long one.
    const owed = this.#share.restMs();
    if (owed > 0) {
      await rest(owed);
    }
    let begin = performance.now();
    for (let entry = this.#ready.shift(); entry !== undefined; entry = this.#ready.shift()) {
      this.#step(entry);
      if (performance.now() - begin >= sliceMs) {
        await rest(this.#share.restMs());
        begin = performance.now();
      }
    }
    this.#running = false;
  }

  #step(entry: Entry): void {
    try {
      if (entry.steps.next().done === true) {
        entry.done();
      } else {
        this.#place(entry);
      }
    } catch (error) {
      entry.done(error);
    }
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms <= 0) {
      setImmediate(resolve);
    } else {
      setTimeout(resolve, ms);
    }
  });
}
