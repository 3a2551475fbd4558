import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from '../../src/disk/system.ts';
import { Store } from '../../src/engine/store/store.ts';

/** Bytes that tell where they come from. */
export function content(seed: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 32) createHash('sha256').update(`${seed} ${at}`).digest().copy(bytes, at);
  return bytes;
}

export function openReal(folder: string, system?: System): Promise<Store> {
  return Store.open(folder, { reserveBytes: 4096, compactBytes: 20_000, ...(system === undefined ? {} : { system }) });
}

/** What a store has promised, kept by another process than the one that promised it. */
export class Ledger {
  readonly files = new Map<string, string>();
  readonly jobs = new Map<string, string>();
  /** Begun and not acknowledged: may have happened. */
  deleting: string | undefined;
  moving: { readonly id: string; readonly status: string } | undefined;

  take(line: string): void {
    const fact = JSON.parse(line) as { readonly kind: string; readonly id: string; readonly sha256: string; readonly status: string };
    switch (fact.kind) {
      case 'file':
        this.files.set(fact.id, fact.sha256);
        return;
      case 'deleting':
        this.deleting = fact.id;
        return;
      case 'deleted':
        this.files.delete(fact.id);
        this.deleting = undefined;
        return;
      case 'moving':
        this.moving = { id: fact.id, status: fact.status };
        return;
      case 'job':
        this.jobs.set(fact.id, fact.status);
        this.moving = undefined;
        return;
      default:
    }
  }

  /** Opens the store and compares; from then on what is there is what was promised. */
  async check(folder: string): Promise<void> {
    const store = await openReal(folder);
    assert.deepEqual(store.status, { kind: 'ready' });
    for (const [id, sha256] of this.files) {
      const found = store.state.files.get(id);
      assert.ok(found !== undefined || id === this.deleting, `${id} was acknowledged`);
      if (found !== undefined) assert.equal(found.sha256, sha256);
    }
    for (const [id, status] of this.jobs) {
      const found = store.state.jobs.get(id)?.wire.status;
      assert.ok(found === status || (this.moving?.id === id && found === this.moving.status), `${id} is ${found}, not ${status}`);
    }
    for (const [id, file] of store.state.files) {
      const bytes = readFileSync(join(folder, 'files', id));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), file.sha256, `the bytes of ${id}`);
      this.files.set(id, file.sha256);
    }
    for (const id of this.files.keys()) if (!store.state.files.has(id)) this.files.delete(id);
    for (const [id, job] of store.state.jobs) this.jobs.set(id, job.wire.status);
    this.deleting = undefined;
    this.moving = undefined;
    await store.close();
    const names = readdirSync(folder, { recursive: true }).map(String);
    assert.deepEqual(names.filter((name) => name.endsWith('.tmp')), [], 'no temporary file is left');
  }
}

/** Runs a child on the folder until it dies; every fact it told goes into the ledger. */
export function runChild(
  command: readonly string[],
  ledger: Ledger,
  options: { readonly killAfterMs?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
    let text = '';
    let problems = '';
    let timer: NodeJS.Timeout | undefined;
    const give = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.stdout.on('data', (data: Buffer) => {
      // The clock starts when the child is at work, not while it is loading.
      if (options.killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
      text += data.toString('utf8');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        ledger.take(text.slice(0, end));
        text = text.slice(end + 1);
      }
    });
    child.stderr.on('data', (data: Buffer) => (problems += data.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(give);
      if (code !== null && code !== 0) reject(new Error(`the child ended with ${code}: ${problems}`));
      else resolve(signal);
    });
  });
}

/** The child as one file, so that it starts fast. */
export async function bundleChild(folder: string): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'child.mjs');
  await build({ entryPoints: [join(import.meta.dirname, 'killChild.ts')], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' });
  return outfile;
}
