/**
 * Tells refusals to a log that must not grow with them: of each kind the first, and after `quietMs` how many followed.
 * A kind is the program's own text, never something that was sent.
 */
export class RefusalLog {
  readonly #log: (line: string) => void;
  readonly #quietMs: number;
  readonly #counts = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(log: (line: string) => void, quietMs: number) {
    this.#log = log;
    this.#quietMs = quietMs;
  }

  tell(kind: string): void {
    const count = this.#counts.get(kind);
    if (count !== undefined) {
      this.#counts.set(kind, count + 1);
      return;
    }
    this.#counts.set(kind, 0);
    this.#log(`refused: ${kind}`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const more = this.#counts.get(kind) ?? 0;
      this.#counts.delete(kind);
      if (more > 0) {
        this.#log(`refused ${more} more: ${kind}`);
      }
    }, this.#quietMs);
    timer.unref();
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
  }
}
