import { randomFillSync } from 'node:crypto';
import { writeAll } from '../../disk/durable.ts';
import { removeTree, stat, type System } from '../../disk/files.ts';

/**
 * Ballast on the disk. When the disk is full it is let go, so that what ends a job or frees space can still be
 * written down. Nothing depends on it: every failure here only means that there is none.
 */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  readonly #system: System;

  constructor(path: string, bytes: number, system: System) {
    this.#path = path;
    this.#bytes = bytes;
    this.#system = system;
  }

  /** Takes the space unless it is taken already or the disk is nearly full. Never fails. */
  async fill(): Promise<void> {
    try {
      const present = await stat(this.#path, this.#system);
      if (present?.bytes === this.#bytes || (await this.#system.freeBytes(this.#path.replace(/[^/\\]+$/, ''))) < 4 * this.#bytes) {
        return;
      }
      const file = await this.#system.open(this.#path, 'w', 0o600);
      try {
        // Zeros would be stored as nothing on a disk that compresses.
        const piece = randomFillSync(new Uint8Array(Math.min(this.#bytes, 1024 * 1024)));
        for (let left = this.#bytes; left > 0; left -= piece.length) {
          await writeAll(file, piece.subarray(0, Math.min(left, piece.length)));
        }
      } finally {
        await file.close();
      }
    } catch {
      await this.release();
    }
  }

  /** Gives the space back; false if there was none to give. */
  async release(): Promise<boolean> {
    try {
      const had = (await stat(this.#path, this.#system)) !== undefined;
      await removeTree(this.#path, this.#system);
      return had;
    } catch {
      return false;
    }
  }
}
