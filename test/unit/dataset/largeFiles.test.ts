import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, open, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { realSystem } from '../../../src/disk/files.ts';
import { checkFile } from '../../../src/workers/checkFile.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';

/** More than the memory that a check may take. */
const longLine = 320 * 1024 * 1024;
const never = new AbortController().signal;
const encoder = new TextEncoder();
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'large-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A file whose second line is a string that takes the rest of the size; it holds nearly nothing on disk. */
async function withLongLine(name: string, size: number): Promise<string> {
  const path = join(folder, name);
  const file = await open(path, 'w');
  await file.write(`${chatLine('first')}\n{"messages": "`);
  await file.write(`"}\n${chatLines(20).join('\n')}\n{"messages": }\n`, size);
  await file.close();
  return path;
}

async function writeLines(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function* times(count: number, lineAt: (index: number) => string): AsyncIterable<Uint8Array> {
  for (let start = 0; start < count; start += 1000) {
    const lines = Array.from({ length: Math.min(1000, count - start) }, (_, index) => lineAt(start + index));
    yield encoder.encode(`${lines.join('\n')}\n`);
  }
}

test('row 40: a line longer than the memory is passed, and what follows is checked', async () => {
  const path = await withLongLine('line.jsonl', longLine);
  const outcome = await checkFile(path, { limit: 100, signal: never });
  assert.equal(outcome.kind, 'checked');
  const { examples, problems } = outcome.result;
  assert.equal(examples, 21);
  assert.deepEqual(
    problems.filter(({ code }) => code.startsWith('line.') || code.startsWith('json.')).map(({ code, range }) => [code, range.start.line]),
    [
      ['line.tooLong', 1],
      ['json.syntax', 22],
    ],
  );
  // Of this process, with the test runner; in KiB.
  assert.ok(process.resourceUsage().maxRSS < 300 * 1024, `${process.resourceUsage().maxRSS} KiB`);
});

test('row 40: lines with many problems each are counted in full, and the first problems are told', async () => {
  const bad = `{"messages": [${Array.from({ length: 500 }, () => '{"role": "nobody"}').join(', ')}]}`;
  const all = await checkBytes(times(20, () => bad), { limit: 100_000 });
  const result = await checkBytes(times(20, () => bad), { limit: 1001 });
  assert.ok(result.errors >= 20 * 500);
  assert.deepEqual(result.problems, all.problems.slice(0, 1001));
  assert.equal(result.errors, all.errors);
});

test('row 40: a cancelled check reads no further', async () => {
  const path = await withLongLine('cancelled.jsonl', longLine);
  const abort = new AbortController();
  const shares: number[] = [];
  const check = checkFile(path, {
    limit: 100,
    signal: abort.signal,
    onShare: (share) => {
      shares.push(share);
      if (share >= 0.02) abort.abort();
    },
  });
  await assert.rejects(check, { name: 'AbortError' });
  assert.deepEqual(shares, [0.01, 0.02]);
});

test('row 41: one broken line of many is told with its place, and the rest is checked', async () => {
  const line = (index: number): string =>
    index === 6 ? '{"messages": [}' : chatLine(String(index)).replace('"user"', index === 59_999 ? '"human"' : '"user"');
  const result = await checkBytes(times(60_000, line), { limit: 1001 });
  const errors = result.problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    errors.map(({ code, range: { start } }) => [code, start.line, start.character]),
    [
      ['json.syntax', 6, 14],
      ['message.role.unknown', 59_999, line(59_999).indexOf('"human"')],
    ],
  );
  assert.equal(result.examples, 59_999);
  assert.equal(result.errors, 2);
});

/** Does something to a file when half of it was read; what the check then says. */
async function disturbed(name: string, disturb: (path: string) => Promise<void>): Promise<unknown> {
  const path = await writeLines(name, chatLines(10_000));
  let disturbing: Promise<void> | undefined;
  const outcome = await checkFile(path, {
    limit: 10,
    signal: never,
    onShare: (share) => {
      if (share >= 0.5) disturbing ??= disturb(path);
    },
    system: {
      ...realSystem,
      open: async (...given) => {
        const file = await realSystem.open(...given);
        return {
          // As on a slow disk, the next bytes come after what happened.
          read: async (...args: Parameters<typeof file.read>) => {
            await disturbing;
            return await file.read(...args);
          },
          close: () => file.close(),
        } as typeof file;
      },
    },
  });
  assert.ok(disturbing, 'nothing happened to the file');
  return outcome.kind === 'checked' ? outcome.kind : outcome.failure;
}

test('row 50: a file that changes while it is read is named', async () => {
  assert.deepEqual(await disturbed('grows.jsonl', (path) => appendFile(path, 'x')), { reason: 'changed' });
  assert.deepEqual(await disturbed('shrinks.jsonl', (path) => truncate(path, 1000)), { reason: 'changed' });
  assert.deepEqual(await disturbed('deleted.jsonl', (path) => rm(path)), { reason: 'missing' });
  assert.deepEqual(await disturbed('renamed.jsonl', (path) => rename(path, `${path}.old`)), { reason: 'missing' });
  const intoFolder = async (path: string): Promise<void> => {
    await rm(path);
    await mkdir(path);
  };
  assert.deepEqual(await disturbed('folder.jsonl', intoFolder), { reason: 'changed' });
  assert.equal(await disturbed('untouched.jsonl', async () => {}), 'checked');
});

test('row 50: what is no readable file is named, and nothing waits for it', { skip: process.platform === 'win32' }, async () => {
  const check = async (path: string): Promise<unknown> => {
    const outcome = await checkFile(path, { limit: 10, signal: never });
    return outcome.kind === 'checked' ? outcome.result : outcome.failure;
  };
  const pipe = join(folder, 'pipe.jsonl');
  execFileSync('mkfifo', [pipe]);
  const loop = join(folder, 'loop.jsonl');
  await symlink(loop, loop);
  assert.deepEqual(await check(pipe), { reason: 'notAFile' });
  assert.deepEqual(await check('/dev/zero'), { reason: 'notAFile' });
  assert.deepEqual(await check(folder), { reason: 'notAFile' });
  assert.deepEqual(await check(loop), { reason: 'unreadable', code: 'ELOOP' });
  assert.deepEqual(await check(join(folder, 'none.jsonl')), { reason: 'missing' });
});
