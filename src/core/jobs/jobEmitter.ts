export type Subscription = { dispose(): void };

/** The smallest typed emitter. Listeners run in the order they came; one that throws does not stop the others. */
export class JobEmitter<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  on(listener: (value: T) => void): Subscription {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  }

  /** Throws the first listener's error after all listeners were called. */
  fire(value: T): void {
    const errors: unknown[] = [];
    for (const { call } of [...this.#listeners]) {
      try {
        call(value);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
