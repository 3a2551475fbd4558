import { say } from '../host/install.ts';

/** Runs steps one after the other and says of each how it went; the first failure ends the run. */
export class Steps {
  #passed = 0;
  #failed: string | undefined;
  readonly #onFailure: () => Promise<void>;

  constructor(onFailure: () => Promise<void>) {
    this.#onFailure = onFailure;
  }

  async run(title: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#failed !== undefined) {
      return;
    }
    const started = Date.now();
    try {
      const remark = await work();
      this.#passed += 1;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      say(`✔ ${title} (${seconds} s${typeof remark === 'string' ? `; ${remark}` : ''})`);
    } catch (error) {
      this.#failed = title;
      say(`✖ ${title}\n${String(error instanceof Error ? (error.stack ?? error.message) : error).replace(/^/gm, '    ')}`);
      await this.#onFailure().catch((reason: unknown) => say(`    No screenshot: ${String(reason)}`));
    }
  }

  /** Prints the closing line; true if no step failed. */
  finish(): boolean {
    if (this.#failed !== undefined) {
      say(`\nThe step that failed: ${this.#failed}`);
    }
    say(`\n${this.#passed} passed, ${this.#failed === undefined ? 0 : 1} failed`);
    return this.#failed === undefined;
  }
}
