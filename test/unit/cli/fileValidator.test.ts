import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { FileValidator } from '../../../src/cli/fileValidator.ts';
import { installedProgram } from '../../../src/cli/program.ts';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { readCorpus } from '../../../src/core/dataset/corpus/readCorpus.ts';
import { defaultRuleset } from '../../../src/core/dataset/ruleset.ts';
import { readChunks } from '../../../src/disk/files.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';

let folder: string;
let program: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'validator-'));
  program = (await installedProgram()).validation;
});
after(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.join('\n'));
  return path;
}

/** Examples that are the same, nearly the same, contradict each other or stand elsewhere, and lines that are none. */
function someLines(random: Random, count: number): readonly string[] {
  const words = 'water energy cell plant rock light air heat mass force field wave atom star river ocean ice salt'.split(' ');
  const text = (seed: number, length: number): string => Array.from({ length }, (_, at) => words[(seed * 7 + at * at * 5 + at) % words.length]).join(' ');
  return Array.from({ length: count }, () => {
    const topic = random.below(40);
    const line = chatLine(`${text(topic, 12)}?`, random.below(3) === 0 ? random.pick(['yes', 'no']) : text(topic + 1, 30));
    return random.pick([
      ...[line, line, line],
      line.replace('water', 'WATER'),
      line.replace('energy', 'power'),
      line.replace('"role": "user"', '"role": "human"'),
      `\uFEFF${line}`,
      line.slice(0, 30),
      '',
      chatLine('Long?', 'word '.repeat(2000)),
    ]);
  });
}

test('the parts of a validation together tell what one walk over the file tells', async () => {
  const codes = new Set<string>();
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = new Random(seed);
    const training = await write(`train-${seed}.jsonl`, someLines(random, 60));
    const path = await write(`checked-${seed}.jsonl`, someLines(random, 80));
    const limit = random.pick([5, 40, 10_000]);
    const names = { name: 'train', file: 'a/train.jsonl' };
    const validator = new FileValidator(program, { limit, ruleset: defaultRuleset, counts: seed % 2 === 0, allow: undefined }, new AbortController().signal);
    await validator.compareWith(training, names, [path, join(folder, 'nowhere.jsonl')]);
    const { result } = await validator.check(path, {});
    await validator.end();
    const reference = await readCorpus(readChunks(training));
    const whole = await checkBytes(readChunks(path), { limit, ruleset: defaultRuleset, file: {}, compare: { reference, file: names } });
    assert.deepEqual(result, whole, `seed ${seed}`);
    whole.problems.forEach(({ code }) => codes.add(code));
  }
  for (const code of ['corpus.leak.same', 'corpus.leak.near', 'corpus.duplicate.same', 'corpus.duplicate.near', 'corpus.answer.varies', 'message.role.unknown', 'json.syntax']) {
    assert.ok(codes.has(code), `${code} did not occur`);
  }
});

test('a file of many megabytes is checked in threads of its own, one that changes meanwhile is named, and all of them end', async () => {
  const line = chatLine('q', 'word '.repeat(20_000));
  const path = await write('large.jsonl', Array.from({ length: 200 }, (_, index) => line.replace('"q"', `"q${index}"`)));
  assert.ok((await stat(path)).size > 16 << 20);
  const stop = new AbortController();
  const validator = new FileValidator(program, { limit: 100, ruleset: defaultRuleset, counts: true, allow: undefined }, stop.signal);
  const { result, tokens } = await validator.check(path, {});
  assert.equal(result.examples, 200);
  assert.ok(tokens !== null && tokens > 200 * 20_000, String(tokens));
  let isChecking = true;
  const changed = assert.rejects(validator.check(path, {}), /was changed while it was read/).finally(() => (isChecking = false));
  while (isChecking) {
    await appendFile(path, `\n${chatLines(1).join('\n')}`);
    await setTimeout(20);
  }
  await changed;
  const stopped = assert.rejects(validator.check(path, {}), /Stopped/);
  await setTimeout(100);
  stop.abort(new Error('Stopped'));
  await stopped;
  assert.deepEqual(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort'), []);
});
