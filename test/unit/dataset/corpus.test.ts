import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { Corpus } from '../../../src/core/dataset/corpus/corpus.ts';
import { readCorpus } from '../../../src/core/dataset/corpus/readCorpus.ts';
import { similarity, sketchOf } from '../../../src/core/dataset/corpus/sketch.ts';
import { SketchPages } from '../../../src/core/dataset/corpus/sketchPages.ts';
import { corpusRules, type CorpusCodes } from '../../../src/core/dataset/codes/corpusCodes.ts';
import { DatasetDocument } from '../../../src/core/dataset/document.ts';
import type { Problem } from '../../../src/core/dataset/problem.ts';
import { problemText } from '../../../src/messages/problems.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';

type Told = readonly [code: string, line: number, related: readonly number[]];

function across(problems: Iterable<Problem>): Told[] {
  return [...problems]
    .filter(({ code }) => code.startsWith('corpus.'))
    .map(({ code, range, related = [] }) => [code.slice('corpus.'.length), range.start.line, related.map((place) => place.range.start.line)]);
}

function compared(lines: readonly string[]): Told[] {
  const document = new DatasetDocument(new TextLines(lines.join('\n')));
  document.check();
  assert.ok(document.compare());
  return across(document.problems());
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(lines.join('\n'));
}

const fact = 'Water boils at 100 degrees Celsius at sea level, because there its vapour pressure reaches that of the air around it';
const tried = new Set<string>();

function expectTold(lines: readonly string[], expected: readonly Told[]): void {
  const told = compared(lines);
  assert.deepEqual(told, expected);
  told.forEach(([code]) => tried.add(`corpus.${code}`));
}

test('row 49: exact duplicates are told at every copy, whatever the order of keys and the white space', () => {
  const copy = '{"messages":[{"content":"Answer briefly.","role":"system"},{"role":"user","content":"What melts ice?"},{"role":"assistant","content":"Heat."}]}';
  expectTold([chatLine(), ...chatLines(30), chatLine(), copy], [
    ['duplicate.same', 31, [0]],
    ['duplicate.same', 32, [0]],
  ]);
});

test('row 49: near duplicates are told; other numbers, other answers and templates are not', () => {
  const nearly = [
    fact.toUpperCase(),
    `${fact}!!`,
    `${fact} indeed`,
    fact.replace('boils', 'bo\u200bils'),
    fact.replaceAll(' ', '  '),
  ];
  for (const other of nearly) {
    expectTold([chatLine('Why?', fact), ...chatLines(30), chatLine('Why?', other)], [
      ['answer.varies', 31, [0]],
      ['duplicate.near', 31, [0]],
    ]);
  }
  assert.deepEqual(compared([chatLine('How?', fact), ...chatLines(30), chatLine('Why?', fact.replace('100', '90'))]), []);
  assert.deepEqual(compared([chatLine(`Is it true? ${fact}`, 'yes'), ...chatLines(30), chatLine(`Is it so? ${fact}`, 'no')]), []);
  const instruction = 'Read the following customer message with care and say in one word which department of our company should answer it';
  const places = ['kitchen', 'garden', 'cellar', 'attic', 'office', 'school', 'market', 'harbour', 'station', 'library', 'museum', 'theatre'];
  assert.deepEqual(compared(places.map((place) => chatLine(`${instruction}: the lamp in the ${place} went out`, 'repairs'))), []);
});

test('row 43: letters composed otherwise and invisible characters make a near duplicate, not the same example', () => {
  const text = 'Die Größe der Zelle hängt von der Länge der Fäden und der Wärme des Wassers in der Schale ab';
  assert.deepEqual(compared([chatLine('Wovon?', text), ...chatLines(30), chatLine('Wovon?', text.normalize('NFD'))]), [
    ['answer.varies', 31, [0]],
    ['duplicate.near', 31, [0]],
  ]);
});

test('row 49: the same question with other answers is told, labels as a contradiction', () => {
  expectTold([chatLine('Bug or feature?', 'bug'), ...chatLines(20), chatLine('Bug or feature?', 'feature')], [['answer.conflict', 21, [0]]]);
  const pair = (one: string, other: string): string =>
    `{"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "${one}"}], "non_preferred_output": [{"role": "assistant", "content": "${other}"}]}`;
  expectTold([pair('red', 'green'), pair('red', 'blue'), pair('green', 'red')], [['preference.reversed', 2, [0]]]);
});

test('a system message that drifts, one that is most of the text, and an example that is far too long', () => {
  const drifted = chatLine('And now?', 'So.').replace('Answer briefly.', 'Answer briefly');
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(' ');
  expectTold([...chatLines(60), drifted], [['system.drift', 60, [0]]]);
  expectTold([...chatLines(60), chatLine('Long?', words)], [['length.outlier', 60, []]]);
  const system = 'You are a helpful assistant who always answers in full sentences. '.repeat(5);
  expectTold(chatLines(60).map((line) => line.replace('Answer briefly.', system)), [['system.share', 0, []]]);
});

test('row 49: what stands in the training file is told in the validation file', async () => {
  const training = await readCorpus(bytesOf([...chatLines(50), chatLine('Why does it?', fact), chatLine('Bug?', 'yes')]));
  const lines = [chatLine('New?', 'Indeed.'), chatLine('Question 7?', 'Answer 7.'), chatLine('Bug?', 'no'), chatLine('why does it', `${fact}.`), chatLine('Something else entirely?', fact)];
  const { problems, warnings, information } = await checkBytes(bytesOf(lines), {
    limit: 100,
    compare: { reference: training, file: { name: 'train.jsonl', file: 'data/train.jsonl' } },
  });
  const told = problems.filter(({ code }) => code.startsWith('corpus.leak.'));
  assert.deepEqual(across(told), [
    ['leak.same', 1, [7]],
    ['leak.prompt', 2, [51]],
    ['leak.near', 3, [50]],
    ['leak.near', 4, [50]],
  ].map(([code, line, related]) => (line === 4 ? ['leak.answer', line, related] : [code, line, related])));
  assert.ok(told.every(({ related }) => related?.[0]?.file === 'data/train.jsonl'));
  assert.equal(warnings + information, problems.length - problems.filter(({ severity }) => severity === 'error').length);
  told.forEach(({ code }) => tried.add(code));
});

test('random edits give the same problems across lines as a fresh run', () => {
  const words = ['red', 'green', 'blue', 'one', 'two'];
  const lineOf = (random: Random): string => {
    const base = random.below(6);
    const text = `${fact} ${base} in room ${base} of the house ${random.next() < 0.3 ? 'now' : 'then'} with a lamp`;
    const pick = random.below(8);
    return pick < 3
      ? chatLine(`Question ${random.below(12)}?`, random.pick(words))
      : pick < 6
        ? chatLine(`Tell me ${base}`, text)
        : random.pick(['', '{"messages": [', '{"prompt": "a", "completion": "b"}', chatLine(text, 'yes').replace('briefly.', random.pick(['briefly', 'briefly!', 'long.']))]);
  };
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = new Random(seed);
    const text = new TextLines(Array.from({ length: random.pick([3, 20, 70, 300]) }, () => lineOf(random)).join('\n'));
    const document = new DatasetDocument(text);
    for (let step = 0; step < 15; step += 1) {
      const from = random.below(text.lineCount);
      const to = Math.min(text.lineCount - 1, from + random.below(random.next() < 0.1 ? 200 : 3));
      const end = random.next() < 0.5 ? text.lineAt(to).length : Math.floor(text.lineAt(to).length / 2);
      const insert = Array.from({ length: random.below(4) }, () => lineOf(random)).join('\n');
      const edit = { range: { start: { line: from, character: 0 }, end: { line: to, character: end } }, text: insert };
      text.apply(edit);
      document.applyChange(edit);
      if (random.next() < 0.6) {
        let left = random.below(40);
        document.check();
        document.compare(() => (left -= 1) < 0);
      }
    }
    document.check();
    assert.ok(document.compare());
    const fresh = new DatasetDocument(new TextLines(text.text));
    fresh.check();
    fresh.compare();
    assert.deepEqual(across(document.problems()), across(fresh.problems()), `seed ${seed}`);
    assert.deepEqual(document.summary(), fresh.summary(), `seed ${seed}`);
    const { errors, warnings, information } = document.summary();
    assert.equal([...document.problems()].length, errors + warnings + information, `seed ${seed}: counted in full`);
  }
});

test('a stream finds the same across lines as the editor', async () => {
  const lines = [chatLine(), ...chatLines(60), chatLine(), chatLine('Bug?', 'yes'), chatLine('Bug?', 'no'), chatLine('Why?', fact), chatLine('Why?', `${fact}.`)];
  const { problems } = await checkBytes(bytesOf(lines), { limit: 1000, compare: {} });
  assert.deepEqual(across(problems), compared(lines));
  assert.ok(across(problems).length >= 4);
});

test('every problem has its text', () => {
  const all: { readonly [C in keyof CorpusCodes]: CorpusCodes[C] } = {
    'corpus.duplicate.same': { line: 1, copies: 2 },
    'corpus.duplicate.near': { line: 1 },
    'corpus.answer.conflict': { line: 1, answers: 2 },
    'corpus.answer.varies': { line: 1, answers: 2 },
    'corpus.preference.reversed': { line: 1, answers: 2 },
    'corpus.leak.same': { line: 1, file: 'f' },
    'corpus.leak.prompt': { line: 1, file: 'f' },
    'corpus.leak.near': { line: 1, file: 'f' },
    'corpus.leak.answer': { line: 1, file: 'f' },
    'corpus.system.drift': { examples: 1, of: 2 },
    'corpus.system.share': { percent: 81 },
    'corpus.length.outlier': { characters: 9, usual: 1 },
    'corpus.partial': { compared: 3 },
  };
  for (const [code, facts] of Object.entries(all)) {
    assert.doesNotMatch(problemText({ code, ...facts } as Parameters<typeof problemText>[0]), /\{\d\}|undefined/);
  }
  // It takes more examples than a test should make.
  tried.add('corpus.partial');
  assert.deepEqual(Object.keys(corpusRules).filter((code) => !tried.has(code)), []);
});

const data = join(import.meta.dirname, '../../../../shared/data');
/** What reading the files shows: copies, and the same question answered otherwise. */
const real: readonly (readonly [file: string, counts: Readonly<Record<string, number>>])[] = [
  ['sciq/chat.validation.book-format.jsonl', {}],
  ['chat/gsm8k_chat_train.jsonl', {}],
  ['chat/gsm8k_chat_validation.jsonl', {}],
  ['chat/nlbse_facebook.jsonl', {}],
  ['chat/toy_chat_fine_tuning.jsonl', {}],
  ['tools/stock_toolcall_training.jsonl', {}],
  ['dpo/orca_dpo_pairs.validation.jsonl', {}],
  ['rft/countdown_train_100.jsonl', {}],
  ['legacy/QA.jsonl', {}],
  ['legacy/cleaned.jsonl', { 'duplicate.near': 2 }],
  ['chat/nlbse_niche_dataset.jsonl', {}],
  ['sciq/validation.jsonl', {}],
];

for (const [file, counts] of real) {
  test(`across the lines of ${file}`, { skip: existsSync(join(data, file)) ? false : 'the shared data is not here' }, async () => {
    const { problems } = await checkBytes(createReadStream(join(data, file)), { limit: 10_000, compare: {} });
    const found: Record<string, number> = {};
    for (const [code] of across(problems)) {
      found[code] = (found[code] ?? 0) + 1;
    }
    assert.deepEqual(found, counts);
  });
}

/** Texts of many lengths, each with others in which so many words are replaced. */
function nearTexts(random: Random): string[] {
  const vocabulary = Array.from({ length: 4000 }, (_, index) => `w${random.below(26 ** 4).toString(26).replace(/\d/g, 'q')}${'abcdefgh'[index % 8]}`);
  return Array.from({ length: 120 }, () => {
    const words = Array.from({ length: random.pick([25, 60, 120, 400]) }, () => random.pick(vocabulary));
    const changed = (count: number): string => {
      const copy = [...words];
      for (let change = 0; change < count; change += 1) copy[random.below(copy.length)] = random.pick(vocabulary);
      return copy.join(' ');
    };
    return [words.join(' '), ...[0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2].map((share) => changed(Math.max(1, Math.round(share * words.length))))];
  }).flat();
}

function shinglesOf(text: string): ReadonlySet<string> {
  const words = text.split(' ');
  return new Set(words.slice(2).map((word, index) => `${words[index]} ${words[index + 1]} ${word}`));
}

function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0;
  for (const shingle of one) common += other.has(shingle) ? 1 : 0;
  return common / (one.size + other.size - common);
}

test('near duplicates are those that share shingles, as counted one by one', () => {
  const texts = nearTexts(new Random(3));
  const corpus = new Corpus();
  const places = texts.map((text, index) => corpus.add({ prompt: 'Why?', completion: text }, 'completion', { start: 0, end: 1 }, { start: index }));
  corpus.settle(() => false);
  const shingles = texts.map(shinglesOf);
  // Pairs that are clearly near or clearly not, and what was found of them.
  const near = { of: 0, found: 0 };
  const far = { of: 0, found: 0 };
  for (let one = 0; one < texts.length; one += 1) {
    for (let other = one + 1; other < texts.length; other += 1) {
      const [left, right] = [places[one]?.copies, places[other]?.copies];
      assert.ok(left && right);
      if (left === right) continue;
      const similarity = jaccard(shingles[one] ?? new Set(), shingles[other] ?? new Set());
      const counts = similarity >= 0.9 ? near : similarity < 0.65 ? far : undefined;
      if (counts) {
        counts.of += 1;
        counts.found += left.near?.has(right) ? 1 : 0;
      }
    }
  }
  assert.ok(near.of > 200 && far.of > 100_000, JSON.stringify({ near, far }));
  assert.ok(near.found >= 0.97 * near.of, `of ${near.of} near pairs ${near.found} were found`);
  assert.ok(far.found <= 0.00001 * far.of, `of ${far.of} far pairs ${far.found} were told`);
});

test('a sketch holds exactly the smallest hashes, for texts of every length', () => {
  const random = new Random(9);
  for (let length = 1; length < 3000; length = Math.ceil(length * 1.3)) {
    for (const variety of [3, 40, 100_000]) {
      const words = Array.from({ length }, () => `w${random.below(variety)}x`);
      // Case and punctuation do not count, and neither does how the words are cut into texts.
      const whole = sketchOf([words.join(' ')], new SketchPages());
      const parts = sketchOf([words.slice(0, length >> 1).join('; ').toUpperCase(), `\u201c${words.slice(length >> 1).join('\u2014')}\u201d`], new SketchPages());
      const hashes = (sketch: typeof whole): readonly number[] => [...sketch.page.subarray(sketch.start, sketch.start + sketch.size)];
      assert.deepEqual(hashes(whole), hashes(parts));
      assert.deepEqual(hashes(whole), [...new Set(hashes(whole))].sort((one, other) => one - other));
      const different = shinglesOf(words.join(' ')).size;
      assert.equal(whole.size, length < 3 ? 1 : Math.min(64, different), `${length} words`);
      assert.equal(similarity(whole, parts), 1);
    }
  }
});

test('what comparing shows is looked for in slices', () => {
  const document = new DatasetDocument(new TextLines(Array.from({ length: 4000 }, (_, index) => chatLine(`q ${index % 50}`)).join('\n')));
  document.check();
  let calls = 1;
  while (!document.compare(() => true)) calls += 1;
  // One for each line that is read, then one for some hundred problems each.
  assert.ok(calls > 4000 + 10, String(calls));
  assert.equal(document.summary().warnings, [...document.problems()].filter(({ code }) => code === 'corpus.duplicate.same').length);
  assert.equal(document.summary().warnings, 3950);
});
