import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, open, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { checkLine } from '../../../src/core/dataset/line.ts';
import { defaultProfile } from '../../../src/core/dataset/profile.ts';
import { createRuleset } from '../../../src/core/dataset/ruleset.ts';
import { realSystem } from '../../../src/disk/files.ts';
import { checkFile } from '../../../src/workers/checkFile.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';

/** More than the memory that a check may take. */
const longLine = 1024 * 1024 * 1024;
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
  // Of this process so far, with the test runner; in KiB.
  assert.ok(process.resourceUsage().maxRSS < 300 * 1024, `${process.resourceUsage().maxRSS} KiB`);
});

/** A PNG of so many characters of Base64; the rest of it is noise that repeats. */
function png(characters: number, seed: number): string {
  const random = new Random(seed);
  const noise = Array.from({ length: 4099 }, () => base64[random.below(64)]).join('');
  return `data:image/png;base64,${pngStart}${noise.repeat(Math.ceil(characters / noise.length))}`.slice(0, 22 + characters);
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Signature and header of an image of 8 by 8 pixels in RGB. */
const pngStart = Buffer.from('89504e470d0a1a0a0000000d4948445200000008000000080802000000', 'hex').toString('base64').slice(0, 36);

function lineWithImages(urls: readonly string[], answer = 'A chart of ice, water and steam over temperature.'): string {
  const parts = urls.map((url) => `{"type": "image_url", "image_url": {"url": "${url}"}}`);
  return `{"messages": [{"role": "user", "content": [${parts.join(', ')}, {"type": "text", "text": "ö"}]}, {"role": "assistant", "content": "${answer}"}]}`;
}

async function* inPieces(text: string, size: () => number): AsyncIterable<Uint8Array> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; ) {
    const end = at + size();
    yield bytes.slice(at, end);
    at = end;
  }
}

test('row 40: a line of ten images of 16 MiB is checked in little memory, as is one of 1 GiB', async () => {
  const image = encoder.encode(png(4 * 1024 * 1024, 1).slice(22));
  const tail = '"}}, {"type": "text", "text": "What?"}]}, {"role": "assistant", "content": "So. ", "wieght": 1}]}';
  async function* line(images: number, piecesPerImage: number): AsyncIterable<Uint8Array> {
    yield encoder.encode(`${chatLine('first')}\n{"messages": [{"role": "user", "content": [`);
    for (let index = 0; index < images; index += 1) {
      yield encoder.encode(`${index > 0 ? '"}}, ' : ''}{"type": "image_url", "image_url": {"url": "data:image/png;base64,`);
      for (let piece = 0; piece < piecesPerImage; piece += 1) yield image;
    }
    yield encoder.encode(`${tail}\n${chatLines(20).join('\n')}\n`);
  }
  for (const [images, pieces, tooLarge] of [[10, 4, 10], [1, 256, 1]] as const) {
    const result = await checkBytes(line(images, pieces), { limit: 100, compare: {} });
    assert.equal(result.examples, 22);
    const found = result.problems.filter(({ range }) => range.start.line === 1);
    const large = found.filter(({ code }) => code === 'content.part.image.tooLarge');
    const bytes = (pieces * image.length * 3) / 4;
    assert.deepEqual(large.map((problem) => 'bytes' in problem && problem.bytes), Array.from({ length: tooLarge }, () => bytes));
    const misspelt = found.find(({ code }) => code === 'message.key.unknown');
    const before = encoder.encode('{"messages": [{"role": "user", "content": [').length + images * (`{"type": "image_url", "image_url": {"url": "data:image/png;base64,`.length + pieces * image.length) + (images - 1) * 5;
    assert.equal(misspelt?.range.start.character, before + tail.indexOf('"wieght"'));
    assert.ok(found.some(({ code }) => code === 'message.content.surroundingSpace'));
  }
  assert.ok(process.resourceUsage().maxRSS < 300 * 1024, `${process.resourceUsage().maxRSS} KiB`);
});

test('row 40: what is left out of a long line changes no problem and no place, however the bytes arrive', async () => {
  const odd = [
    (url: string) => url,
    (url: string) => `${url.slice(0, -2)}==`,
    (url: string) => `${url.slice(0, -1)}`,
    (url: string) => `${url.slice(0, -300)}-${url.slice(-299)}`,
    (url: string) => url.replaceAll('/', '\\/'),
    (url: string) => url.replace('image/png', 'image/gif'),
    (url: string) => `${url}\\n`,
    (url: string) => url.replace(';base64', ';base64,;base64'),
  ];
  const seen = new Set<string>();
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Random(seed);
    const image = (): string => random.pick(odd)(png(4 * random.pick([500, 30_000, 90_000, 16_384 + random.below(40)]), random.below(3)));
    const urls = Array.from({ length: 4 + random.below(9) }, image);
    const line = lineWithImages(urls, random.pick(['So.', 'x"', 'Write to jane.doe@acme.org.', ' spaced', '\\ud800', 'a", "content": "b']));
    const profile = { ...defaultProfile, images: { perExample: 10, bytes: 200_000, examples: 50_000 } };
    const ruleset = createRuleset(profile);
    const whole = checkLine(line, { first: false, ruleset });
    const expected = [...whole.problems, ...(whole.as.chat ?? [])].map(({ span, ...facts }) => ({ ...facts, ...span }));
    const result = await checkBytes(inPieces(`${chatLine()}\n${line}\r\n${chatLine('q')}`, () => 1 + random.below(random.pick([50_000, 300_000]))), { limit: 1000, ruleset });
    const found = result.problems
      .filter(({ range }) => range.start.line === 1)
      .map(({ range, ...facts }) => ({ ...facts, start: range.start.character, end: range.end.character }));
    const sorted = (list: readonly object[]): string[] => list.map((item) => JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))).sort();
    assert.deepEqual(sorted(found), sorted(expected), `seed ${seed}`);
    found.forEach(({ code }) => seen.add(code));
  }
  for (const code of ['content.part.image.tooLarge', 'content.part.image.base64', 'safety.personal.email', 'json.syntax', 'example.images.tooMany', 'json.duplicateKey']) {
    assert.ok(seen.has(code), `${code} did not occur`);
  }
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
