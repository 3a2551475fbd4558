import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatasetDocument, type DatasetOptions } from '../../../src/core/dataset/document.ts';
import { formats, type Format } from '../../../src/core/dataset/format.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { createRuleset, defaultRuleset } from '../../../src/core/dataset/ruleset.ts';
import { DatasetStream } from '../../../src/core/dataset/stream.ts';
import type { Problem } from '../../../src/core/dataset/problem.ts';
import { splitLines } from '../../../src/core/jsonl/lines.ts';
import type { Position, TextEdit } from '../../../src/core/jsonl/position.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';

const rulesets = [defaultRuleset, createRuleset(datasetProfiles['together']!), createRuleset(datasetProfiles['alibaba']!, new Map([['line', 'off'], ['reinforcement', 'error']]))];

const snippets = [
  'x', '"', '{', '}', '[', ']', ',', ':', '\n', '\r\n', '\r', '\n\n', ' ', '//', '\uFEFF', '\\', '\ud800', '\uFFFD', '\t',
  '"role": "user"', '"weight": 2, ', '{"prompt": "a", "completion": "b"}', '{"input": {}, "preferred_output": []}',
  '{"messages": [{"role": "user", "content": "x"}], "answer": 3}', chatLine(), `${chatLine('a', 'b')}\n`,
  '"weight": 0, ', '"chosen": ', '{"prompt": 3}', '{"messages": [{"role": "system", "content": "x"}], "a b": 3}',
  '{"input": {"messages": [{"role": "user", "content": "x"}]}, "preferred_output": [], "non_preferred_output": 1}', ' ->', '", "completion": "',
  'q,a\n1,2\n', '"a\nb";c\n', '\u200b', '\\u0000', '\u202e',
  `\n${chatLine('c', 'd')}\n${chatLine('e', 'f')}`, "{'messages': []}", '[\n', '\n]', '{\n  "messages": []\n}\n',
];

/** Lines of valid files of each format. */
function linesOf(format: Format, count: number): string[] {
  const user = (index: number): string => `{"role": "user", "content": "Question ${index}?"}`;
  const answer = (text: string): string => `[{"role": "assistant", "content": "${text}"}]`;
  return Array.from({ length: count }, (_, index) => {
    switch (format) {
      case 'chat':
        return chatLine(`Question ${index}?`, `Answer ${index}.`);
      case 'preference':
        return `{"input": {"messages": [${user(index)}]}, "preferred_output": ${answer('Yes.')}, "non_preferred_output": ${answer('No.')}}`;
      case 'reinforcement':
        return `{"messages": [${user(index)}], "reference_answer": ${index}}`;
      case 'completion':
        return `{"prompt": "Question ${index} ->", "completion": " Answer ${index}\\n"}`;
    }
  });
}

function randomPosition(random: Random, text: TextLines): Position {
  const line = random.below(text.lineCount);
  // Mostly near the ends of a line, where edits break and join lines.
  const length = text.lineAt(line).length;
  const character = random.pick([0, length, random.below(length + 1)]);
  return { line, character };
}

function randomEdit(random: Random, text: TextLines): TextEdit {
  const one = randomPosition(random, text);
  const other = random.next() < 0.5 ? one : randomPosition(random, text);
  const near = random.next() < 0.8 && Math.abs(one.line - other.line) > 3 ? one : other;
  const forward = one.line < near.line || (one.line === near.line && one.character <= near.character);
  const range = forward ? { start: one, end: near } : { start: near, end: one };
  return { range, text: random.next() < 0.25 ? '' : random.pick(snippets) };
}

/** A letter typed into a word, if the line has one that holds a text. */
function typedIn(random: Random, text: TextLines): TextEdit {
  const { line } = randomPosition(random, text);
  const character = text.lineAt(line).search(/uestion|nswer/) + 1;
  return { range: { start: { line, character }, end: { line, character } }, text: 'x' };
}

function allOf(document: DatasetDocument): Problem[] {
  return [...document.problems()];
}

test('any interleaving of edits and checks gives the same problems as a fresh run', () => {
  let unchanged = 0;
  for (let seed = 1; seed <= 2000; seed += 1) {
    const random = new Random(seed);
    const format = random.pick(formats);
    const long = seed <= 40 ? [linesOf(format, 1200).join('\n')] : [];
    const start = random.pick(['', 'q,a\n"x\ny",2\n3,4\n', linesOf(format, 12).join('\n'), `${linesOf(format, 3).join('\r\n')}\r\n`, ...long]);
    const text = new TextLines(start);
    // Sometimes somebody said which format the file has, or which service is used.
    const options: DatasetOptions = {
      file: random.next() < 0.2 ? { format: random.pick(formats), graderFields: ['reference_answer'] } : {},
      ruleset: random.pick(rulesets),
    };
    const document = new DatasetDocument(text, options);
    let seen: { readonly edition: number; readonly problems: readonly Problem[] } | undefined;
    for (let step = 0; step < 8; step += 1) {
      const edit = random.next() < 0.3 ? typedIn(random, text) : randomEdit(random, text);
      text.apply(edit);
      document.applyChange(edit);
      assert.ok(document.inStep, `seed ${seed}, step ${step}: lines out of step`);
      if (random.next() < 0.4) {
        let left = random.below(5);
        document.check(() => (left -= 1) < 0);
      }
      if (random.next() < 0.3) {
        document.check();
        document.compare();
        const now = { edition: document.edition, problems: [...document.lineProblems()] };
        if (now.edition === seen?.edition) {
          unchanged += 1;
          assert.deepEqual(now.problems, seen.problems, `seed ${seed}, step ${step}: the same edition`);
        }
        seen = now;
      }
    }
    const fresh = new DatasetDocument(new TextLines(text.text), options);
    for (const each of [document, fresh]) {
      assert.ok(each.check());
      assert.ok(each.compare());
    }
    assert.deepEqual(allOf(document), allOf(fresh), `seed ${seed}`);
    assert.deepEqual(document.summary(), fresh.summary(), `seed ${seed}`);
    const { errors, warnings, information, complete } = document.summary();
    assert.ok(complete);
    const counted = { error: 0, warning: 0, information: 0 };
    for (const { severity } of allOf(document)) {
      counted[severity] += 1;
    }
    assert.deepEqual(counted, { error: errors, warning: warnings, information }, `seed ${seed}: counts`);
    for (let line = 0; line < text.lineCount; line += 1) {
      for (const { range } of document.problemsOnLine(line)) {
        assert.equal(range.start.line, line);
        assert.ok(range.start.character <= range.end.character && range.end.character <= text.lineAt(line).length);
      }
    }
  }
  assert.ok(unchanged > 50, `${unchanged} editions stood`);
});

test('its edition stands while edits leave lines without a problem as they are', () => {
  const text = new TextLines([...chatLines(300), chatLine('q', 'a').replace('user', 'usr')].join('\n'));
  const document = new DatasetDocument(text);
  const editionAfter = (line: number, character: number, typed: string): number => {
    const edit = { range: { start: { line, character }, end: { line, character } }, text: typed };
    text.apply(edit);
    document.applyChange(edit);
    document.check();
    document.compare();
    return document.edition;
  };
  const inside = chatLine('Question 7?', 'Answer 7.').indexOf('Question') + 1;
  const first = editionAfter(7, inside, 'x');
  assert.equal(editionAfter(7, inside, 'y'), first);
  assert.equal(editionAfter(8, inside, 'z'), first);
  const broken = editionAfter(8, inside, '"');
  assert.notEqual(broken, first);
  const mended = editionAfter(300, 20, ' ');
  assert.notEqual(mended, broken, 'a line with a problem');
  const longer = editionAfter(9, 0, '\n');
  assert.notEqual(longer, mended, 'another line');
  const copied = editionAfter(20, 0, `${text.lineAt(20)}\n`);
  assert.notEqual(copied, longer);
  assert.ok([...document.lineProblems()].some(({ code }) => code === 'corpus.duplicate.same'));
  assert.notEqual(editionAfter(20, inside, 'x'), copied, 'a copy that is none any more');
  assert.ok([...document.lineProblems()].every(({ code }) => code !== 'corpus.duplicate.same'));
});

test('a stream of the same lines finds the same', () => {
  for (let seed = 1; seed <= 1500; seed += 1) {
    const random = new Random(seed);
    const text = new TextLines(linesOf(random.pick(formats), random.below(14)).join('\n'));
    const ruleset = random.pick(rulesets);
    for (let step = 0; step < 8; step += 1) {
      text.apply(randomEdit(random, text));
    }
    const file = random.next() < 0.2 ? { format: random.pick(formats) } : {};
    const document = new DatasetDocument(text, { file, ruleset });
    document.check();
    const stream = new DatasetStream(10_000, { ruleset });
    const lines = splitLines(text.text);
    for (const line of lines.at(-1) === '' ? lines.slice(0, -1) : lines) {
      stream.push(line);
    }
    const { problems, ...summary } = stream.end({ file });
    assert.deepEqual(problems, allOf(document), `seed ${seed}: ${JSON.stringify(text.text)}`);
    const { format, framing, examples, errors, warnings, information, complete } = document.summary();
    assert.deepEqual(summary, { format, framing, examples, errors, warnings, information, complete }, `seed ${seed}`);
  }
});

test('every prefix of a valid file is checked without an exception', () => {
  const text = `${chatLine('Ünal 😀 "q" \\ \u2028?', 'a\nb')}\r\n${chatLines(2).join('\n')}`;
  for (let length = 0; length <= text.length; length += 1) {
    const document = new DatasetDocument(new TextLines(text.slice(0, length)));
    document.check();
    const problems = allOf(document);
    assert.ok(problems.every(({ range }) => range.end.character >= range.start.character));
  }
});

test('checking stops where it is told to and goes on from there', () => {
  const document = new DatasetDocument(new TextLines(chatLines(2000).join('\n')));
  let steps = 0;
  while (!document.check(() => (steps += 1) % 300 === 0)) {
    assert.equal(document.summary().complete, false);
    assert.deepEqual(document.fileProblems(), [], 'nothing is said of the file before all of it is seen');
  }
  assert.equal(steps, 2000, 'every line is checked once');
  assert.deepEqual(document.summary().examples, 2000);
});

test('an edit has only its own lines checked again', () => {
  const text = new TextLines(chatLines(5000).join('\n'));
  let read: number[] = [];
  const document = new DatasetDocument({
    get lineCount() {
      return text.lineCount;
    },
    lineAt: (line) => {
      read.push(line);
      return text.lineAt(line);
    },
  });
  document.check();
  const edit = { range: { start: { line: 3000, character: 5 }, end: { line: 3000, character: 5 } }, text: 'x' };
  text.apply(edit);
  document.applyChange(edit);
  read = [];
  document.check();
  document.summary();
  assert.deepEqual([...new Set(read)].sort((one, other) => one - other), [0, 3000, 4999], 'the line and the two ends of the file');
});

test('the number of examples follows the edits', () => {
  const text = new TextLines(chatLines(10).join('\n'));
  const document = new DatasetDocument(text);
  document.check();
  const codes = (): string[] => allOf(document).map(({ code }) => code);
  assert.deepEqual(codes(), ['file.fewExamples']);
  const deletion = { range: { start: { line: 3, character: 0 }, end: { line: 4, character: 0 } }, text: '' };
  text.apply(deletion);
  document.applyChange(deletion);
  document.check();
  assert.deepEqual(codes(), ['file.tooFewExamples']);
  const insertion = { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: `${chatLines(60).join('\n')}\n` };
  text.apply(insertion);
  document.applyChange(insertion);
  document.check();
  assert.deepEqual(codes(), []);
  assert.equal(document.summary().examples, 69);
});
