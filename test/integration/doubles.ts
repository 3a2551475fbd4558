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
