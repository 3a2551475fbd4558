import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import type { Corpus } from '../../../src/core/dataset/corpus/corpus.ts';
import { LeakProbe } from '../../../src/core/dataset/corpus/leakProbe.ts';
import { readCorpus } from '../../../src/core/dataset/corpus/readCorpus.ts';
import { DatasetDocument } from '../../../src/core/dataset/document.ts';
import { deleteLines } from '../../../src/core/dataset/fixes/deleteLines.ts';
import { fixesFor, isDeletedWithItsKind } from '../../../src/core/dataset/fixes/fixes.ts';
import type { Problem } from '../../../src/core/dataset/problem.ts';
import { createRuleset } from '../../../src/core/dataset/ruleset.ts';
import { defaultProfile } from '../../../src/core/dataset/profile.ts';
import { readTrainingFile } from '../../../src/workers/readTrainingFile.ts';
import { TrainingTexts } from '../../../src/workers/trainingTexts.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';

const fact = 'Water expands when it freezes because its molecules form an open lattice, so that ice floats on the water.';
const file = { name: 'train.jsonl', file: 'file:///train.jsonl' };

async function corpusOf(lines: readonly string[]): Promise<Corpus> {
  return readCorpus(bytesOf(lines));
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** Checks all, and has the training file asked about every line that wants it. */
function finish(document: DatasetDocument, text: TextLines, training: Corpus): number {
  document.check();
  document.compare();
  const lines = [...document.unasked()];
  const probe = new LeakProbe(training);
  for (const line of lines) document.answer(line, probe.find(text.lineAt(line)));
  return lines.length;
}

const leaksOf = (problems: Iterable<Problem>): readonly Problem[] => [...problems].filter(({ code }) => code.startsWith('corpus.leak.'));
const drawn = (problems: Iterable<Problem>): readonly string[] =>
  leaksOf(problems).map(({ code, range, related }) => `${code} ${range.start.line} of ${related?.[0]?.range.start.line}`);

test('row 49: an open validation file marks what its training file holds, as the command line does', async () => {
  const trainingLines = [...chatLines(50), chatLine('Why does it?', fact), chatLine('Bug?', 'yes')];
  const lines = [chatLine('New?', 'Indeed.'), chatLine('Question 7?', 'Answer 7.'), chatLine('Bug?', 'no'), chatLine('why does it', `${fact}.`), chatLine('Something else entirely?', fact), 'broken'];
  const training = await corpusOf(trainingLines);
  const text = new TextLines(lines.join('\n'));
  const document = new DatasetDocument(text);
  assert.equal(finish(document, text, training), 0, 'without another file nobody is asked');
  document.compareElsewhere(file);
  assert.equal(finish(document, text, training), 5);
  const told = leaksOf(document.problems());
  assert.deepEqual(drawn(told), ['corpus.leak.same 1 of 7', 'corpus.leak.prompt 2 of 51', 'corpus.leak.near 3 of 50', 'corpus.leak.answer 4 of 50']);
  assert.ok(told.every(({ related }) => related?.[0]?.file === file.file));
  assert.deepEqual(leaksOf(document.problemsOnLine(2)), [told[1]]);

  const { problems } = await checkBytes(bytesOf(lines), { limit: 100, compare: { reference: training, file } });
  assert.deepEqual(leaksOf(problems), told);
  const { errors, warnings, information } = document.summary();
  assert.equal([...document.problems()].length, errors + warnings + information, 'counted in full');

  document.configure({ ruleset: createRuleset(defaultProfile, new Map([['corpus.leak', 'off']])) });
  finish(document, text, training);
  assert.deepEqual(drawn(document.problems()), []);
  document.configure({ ruleset: createRuleset(defaultProfile) });
  finish(document, text, training);
  assert.equal(leaksOf(document.problems()).length, 4);
  document.compareElsewhere(undefined);
  assert.deepEqual(drawn(document.problems()), []);
});

test('an edit asks again for the lines that it touched, and gives the same as a fresh run', async () => {
  const training = await corpusOf(chatLines(40));
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new Random(seed);
    const lineOf = (): string => random.pick([...chatLines(6), chatLine(`New ${random.below(99)}?`), '', '{"messages": [']);
    const text = new TextLines(Array.from({ length: 1 + random.below(400) }, lineOf).join('\n'));
    const document = new DatasetDocument(text);
    document.compareElsewhere(file);
    finish(document, text, training);
    for (let step = 0; step < 6; step += 1) {
      const from = random.below(text.lineCount);
      const to = Math.min(text.lineCount - 1, from + random.below(3));
      const edit = { range: { start: { line: from, character: 0 }, end: { line: to, character: text.lineAt(to).length } }, text: Array.from({ length: random.below(4) }, lineOf).join('\n') };
      text.apply(edit);
      document.applyChange(edit);
      if (random.next() < 0.5) assert.ok(finish(document, text, training) <= 4 * (step + 1), `seed ${seed}`);
    }
    finish(document, text, training);
    const fresh = new DatasetDocument(text);
    fresh.compareElsewhere(file);
    finish(fresh, text, training);
    assert.deepEqual([...document.problems()], [...fresh.problems()], `seed ${seed}`);
    assert.deepEqual(document.summary(), fresh.summary(), `seed ${seed}`);
  }
});

test('a worker keeps the training files used last, and tells what it forgot', async () => {
  const texts = new TrainingTexts();
  const probeOf = async (count: number): Promise<LeakProbe> => new LeakProbe(await corpusOf(chatLines(count)));
  const [one, other] = [await probeOf(5), await probeOf(7)];
  texts.keep('one', one);
  texts.keep('other', other);
  assert.equal(texts.get('one'), one);
  Object.defineProperty(one.reference, 'size', { value: 149_990 });
  const third = await probeOf(20);
  texts.keep('third', third);
  assert.deepEqual([texts.get('one'), texts.get('other'), texts.get('third')], [undefined, undefined, third]);
});

test('row 50: a training file that is none, or is gone, is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'training-'));
  const { signal } = new AbortController();
  try {
    assert.deepEqual(await readTrainingFile(folder, signal), { kind: 'failed', failure: { reason: 'notAFile' } });
    assert.deepEqual(await readTrainingFile(join(folder, 'gone.jsonl'), signal), { kind: 'failed', failure: { reason: 'missing' } });
    await writeFile(join(folder, 'train.jsonl'), `${chatLines(3).join('\n')}\n`);
    const read = await readTrainingFile(join(folder, 'train.jsonl'), signal);
    assert.equal(read.kind === 'read' && read.corpus.size, 3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('duplicates and leaked examples can be deleted, at both ends of a file too', () => {
  const copy = chatLine('Same?');
  for (const end of ['', '\n']) {
    for (const lines of [[copy, copy], [copy, ...chatLines(3), copy], [copy, copy, copy, ...chatLines(2), copy, copy]]) {
      const text = new TextLines(lines.join('\n') + end);
      const document = new DatasetDocument(text);
      document.check();
      document.compare();
      const told = [...document.problems()].filter(({ code }) => code === 'corpus.duplicate.same');
      assert.ok(told.length > 0 && told.every(isDeletedWithItsKind));
      const reading = { format: 'chat' as const, ruleset: document.ruleset };
      const last = told.at(-1);
      assert.ok(last);
      const [fix] = fixesFor(last, text, reading);
      assert.equal(fix?.kind, 'deleteLine');
      const one = new TextLines(text.text);
      one.applyAll(fix?.edits ?? []);
      assert.equal(one.text, lines.filter((_, line) => line !== last.range.start.line).join('\n') + end);
      text.applyAll(deleteLines(text, told.map(({ range }) => range.start.line)));
      assert.equal(text.text, [...new Set(lines)].join('\n') + end);
    }
  }
});

test('lines in a row are deleted as one edit', () => {
  const table: readonly (readonly [before: string, lines: readonly number[], after: string, edits: number])[] = [
    ['a\nb\nc\n', [0], 'b\nc\n', 1],
    ['a\nb\nc', [2], 'a\nb', 1],
    ['a\nb\nc', [1, 2], 'a', 1],
    ['a\nb\nc', [2, 0], 'b', 2],
    ['a\nb\nc', [0, 1, 2], '', 1],
    ['a', [0], '', 1],
    ['a\nb\n', [1, 1], 'a\n', 1],
    ['a\nb', [], 'a\nb', 0],
  ];
  for (const [before, lines, after, count] of table) {
    const text = new TextLines(before);
    const edits = deleteLines(text, lines);
    assert.equal(edits.length, count, before);
    text.applyAll(edits);
    assert.equal(text.text, after, `${JSON.stringify(before)} without ${lines.join()}`);
  }
});
