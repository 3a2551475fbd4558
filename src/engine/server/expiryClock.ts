import { readText, replaceJson } from '../../disk/files.ts';

/** Seconds by which the clock may move between two looks and still tell how much time passed: an engine, or the whole
 * machine, that was off for so long. */
const longestGap = 60 * 24 * 3600;
/** Seconds after which a clock that moved by more, and went on evenly since, is believed. */
const proof = 7 * 24 * 3600;

/** What an engine tells the next one: when it looked last, by how much it disbelieves the clock, and for how long. */
type ClockMark = { readonly seen: number; readonly lag: number; readonly steady: number };

/**
 * The time by which files and unfinished uploads expire, in Unix seconds. It is that of the system's clock, except
 * that a jump of more than 60 days expires nothing before the clock has kept its new time for a week: what is removed
 * cannot be brought back, and a clock may be wrong by years. It never runs ahead of the system's clock.
 */
export class ExpiryClock {
  readonly #wall: () => number;
  #seen: number;
  #lag: number;
  #steady: number;
  #kept: string;

  constructor(wall: () => number, mark?: ClockMark) {
    this.#wall = wall;
    this.#seen = mark?.seen ?? wall();
    this.#lag = mark?.lag ?? 0;
    this.#steady = mark?.steady ?? 0;
    this.#kept = '';
  }

  /** Goes on from what an earlier engine has kept at `path`; without it the system's clock is believed. */
  static async open(wall: () => number, path: string): Promise<ExpiryClock> {
    const mark = await readText(path)
      .then(parseMark)
      .catch(() => undefined);
    return new ExpiryClock(wall, mark);
  }

  now(): number {
    const wall = this.#wall();
    const passed = wall - this.#seen;
    this.#seen = wall;
    if (passed > longestGap) {
      this.#lag += passed;
      this.#steady = 0;
    } else if (passed < 0) {
      this.#lag = Math.max(0, this.#lag + passed);
      this.#steady = 0;
    } else if (this.#lag > 0) {
      this.#steady += passed;
    }
    if (this.#steady >= proof) {
      this.#lag = 0;
      this.#steady = 0;
    }
    return wall - this.#lag;
  }

  /** Keeps for the next engine what this one knows, about once an hour and whenever the clock jumped. */
  async keep(path: string): Promise<void> {
    this.now();
    const [seen, lag, steady] = [this.#seen, this.#lag, this.#steady];
    const worth = `${Math.floor(seen / 3600)} ${lag}`;
    if (worth !== this.#kept) {
      await replaceJson(path, { seen, lag, steady } satisfies ClockMark, { mode: 0o600 });
      this.#kept = worth;
    }
  }
}

function parseMark(text: string): ClockMark | undefined {
  const value = JSON.parse(text) as Partial<Record<keyof ClockMark, unknown>> | null;
  const [seen, lag, steady] = [value?.seen, value?.lag, value?.steady];
  return isSeconds(seen) && isSeconds(lag) && isSeconds(steady) ? { seen, lag, steady } : undefined;
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
