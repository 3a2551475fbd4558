import { spawnSync, type ChildProcess } from 'node:child_process';

type Cleanup = { readonly soft: () => Promise<void> | void; readonly hard?: () => void };

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Everything a run has started, ended in reverse order: when the run disposes it, at Ctrl+C, after a crash, and, as
 * far as synchronous code can, whenever the process exits.
 */
export class Lifetime {
  readonly #cleanups: Cleanup[] = [];
  readonly #onExit = (): void => this.#endHard();
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    void this.#endAndExit(exitCodes[signal as keyof typeof exitCodes]);
  };
  readonly #onCrash = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    void this.#endAndExit(1);
  };
  #ending: Promise<void> | undefined;

  constructor() {
    process.on('exit', this.#onExit);
    for (const signal of signals) {
      process.on(signal, this.#onSignal);
    }
    process.on('uncaughtException', this.#onCrash);
    process.on('unhandledRejection', this.#onCrash);
  }

  /** `hard` is what can still be done synchronously while the process exits. */
  add(soft: () => Promise<void> | void, hard?: () => void): void {
    this.#cleanups.push(hard ? { soft, hard } : { soft });
  }

  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Ends everything once; later calls wait for the first. */
  dispose(): Promise<void> {
    this.#ending ??= this.#endSoft();
    return this.#ending;
  }

  async #endSoft(): Promise<void> {
    for (let cleanup = this.#cleanups.at(-1); cleanup; cleanup = this.#cleanups.at(-1)) {
      try {
        await cleanup.soft();
      } catch (error) {
        process.stderr.write(`While ending: ${String(error)}\n`);
        cleanup.hard?.();
      }
      // Removed only afterwards: an exit in between still finds it.
      this.#cleanups.splice(this.#cleanups.indexOf(cleanup), 1);
    }
    process.off('exit', this.#onExit);
    for (const signal of signals) {
      process.off(signal, this.#onSignal);
    }
    process.off('uncaughtException', this.#onCrash);
    process.off('unhandledRejection', this.#onCrash);
  }

  #endHard(): void {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      try {
        cleanup.hard?.();
      } catch {
        // The process exits: nobody is left to tell.
      }
    }
  }

  async #endAndExit(code: number): Promise<void> {
    await Promise.race([this.dispose(), new Promise<void>((resolve) => setTimeout(resolve, 10_000))]);
    process.exit(code);
  }
}

/** Ends a child started with `detached: true` together with everything it started itself. */
export function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/** SIGTERM, five seconds of patience, SIGKILL for whoever of the group is left. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const ended = child.exitCode !== null || child.signalCode !== null;
  const exit = ended ? Promise.resolve() : new Promise<void>((resolve) => child.once('exit', () => resolve()));
  killGroup(child, 'SIGTERM');
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 5_000);
  });
  await Promise.race([exit, patience]);
  clearTimeout(timer);
  killGroup(child, 'SIGKILL');
}
