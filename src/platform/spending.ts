import { join } from 'node:path';
import * as vscode from 'vscode';
import { settingIds } from '../contributions.ts';
import {
  breachOf,
  breachOfReserved,
  formatEntry,
  parseEntries,
  spendings,
  withoutJob,
  type CapBreach,
  type Caps,
  type LedgerEntry,
  type Reservation,
  type Spending,
} from '../core/cost/ledger.ts';
import { makeFolder, readText } from '../disk/files.ts';
import { isMissing, realSystem } from '../disk/system.ts';

/**
 * What jobs cost, in one file for all windows. Each window only appends, and reads back what stands there: the order
 * of the file decides which of two reservations came first.
 */
export class SpendingLedger {
  readonly #folder: string;
  readonly #path: string;

  /** `folder`: the extension's own, shared by all windows. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, 'spending.jsonl');
  }

  async all(): Promise<readonly Spending[]> {
    return spendings(await this.#entries());
  }

  /** Ids of requests that no job is known of, also of those that were given up. */
  async withoutJob(): Promise<ReadonlySet<string>> {
    return withoutJob(await this.#entries());
  }

  /** Whether a job of so many dollars may be made, as things stand. */
  async breach(high: number, at: number): Promise<CapBreach | undefined> {
    return breachOf(caps(), await this.all(), high, at);
  }

  /**
   * Reserves the high end of an estimate before anything is spent. A breach if it does not fit, also if another
   * window reserved at the same moment and stands before it; then nothing is reserved.
   */
  async reserve(reservation: Reservation): Promise<CapBreach | undefined> {
    await this.append(reservation);
    const breach = breachOfReserved(caps(), await this.#entries(), reservation.id);
    if (breach !== undefined) await this.append({ kind: 'released', id: reservation.id, at: reservation.at });
    return breach;
  }

  /** Notes what became of a request; nothing if no money was reserved for it, or if its job is known already. */
  async settle(entry: Extract<LedgerEntry, { readonly kind: 'released' | 'created' }>): Promise<void> {
    if ((await this.withoutJob()).has(entry.id)) await this.append(entry);
  }

  /** Durable once it resolves. */
  async append(entry: LedgerEntry): Promise<void> {
    await makeFolder(this.#folder, { mode: 0o700 });
    const file = await realSystem.open(this.#path, 'a', 0o600);
    try {
      // One call, so that entries of two windows cannot mix.
      const bytes = new TextEncoder().encode(formatEntry(entry));
      const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
      if (bytesWritten !== bytes.length) throw new Error(vscode.l10n.t('The disk took only a part of the spending record.'));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #entries(): Promise<readonly LedgerEntry[]> {
    try {
      return parseEntries(await readText(this.#path));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

/** The caps that a person has set, in US dollars. */
export function caps(): Caps {
  const configuration = vscode.workspace.getConfiguration();
  const read = (id: string): number | undefined => {
    const value = configuration.get<unknown>(id);
    return typeof value === 'number' && value >= 0 ? value : undefined;
  };
  return { perJob: read(settingIds.costMaxPerJob), perMonth: read(settingIds.costMaxPerMonth) };
}
