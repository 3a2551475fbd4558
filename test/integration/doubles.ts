import type * as vscode from 'vscode';

/** State that lasts as long as the test. */
export class Memory implements vscode.Memento {
  readonly #values = new Map<string, unknown>();
  keys(): readonly string[] {
    return [...this.#values.keys()];
  }
  get<T>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }
}

/** A log that nobody reads. */
export const quiet = { debug() {}, info() {}, warn() {}, error() {}, show() {} };

/** Asks again and again until there is an answer. */
export async function until<T>(what: string, read: () => T | Promise<T>, timeout = 30_000): Promise<NonNullable<Awaited<T>>> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`In ${timeout / 1000} s not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
