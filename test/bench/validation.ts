/** Validating against parsing, and one edit against a full run, in the same process one after the other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetDocument } from '../../src/core/dataset/document.ts';
import { checkLine } from '../../src/core/dataset/line.ts';
import { examine } from '../../src/core/dataset/examine.ts';
import { defaultRuleset } from '../../src/core/dataset/ruleset.ts';
import { chatLines } from '../support/chatLines.ts';
import { Random } from '../support/random.ts';
import { TextLines } from '../support/textLines.ts';
import { validateWithLanguageService } from './languageService.ts';

const real = join(import.meta.dirname, '../../../shared/data/sciq/chat.validation.book-format.jsonl');
const rounds = 15;

function linesToCheck(): readonly string[] {
  if (existsSync(real)) {
    // A string for each line, as editor and decoder give them, and no views of one whose every unit takes two bytes.
    const once = readFileSync(real, 'utf8').trimEnd().split('\n').map((line) => Buffer.from(line).toString('utf8'));
    return Array.from({ length: 12 }, () => once).flat();
  }
  console.log('The shared data is not here; made-up lines are used, and they are shorter.');
  return chatLines(10_644);
}

/** Median of several runs in milliseconds. */
function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Processor time of this process in milliseconds, which what others do on the machine hardly changes. */
function processorTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const lines = linesToCheck();
const source = new TextLines(lines);
const parse: number[] = [];
const structure: number[] = [];
const rules: number[] = [];
const full: number[] = [];
const edits: number[] = [];

for (let round = 0; round < rounds; round += 1) {
  parse.push(processorTime(() => lines.forEach((line) => JSON.parse(line) as unknown)));
  structure.push(
    processorTime(() => lines.forEach((line) => examine(JSON.parse(line) as Readonly<Record<string, unknown>>, defaultRuleset))),
  );
  rules.push(processorTime(() => lines.forEach((line) => checkLine(line, { first: false, decoded: { validUtf8: true } }))));
  const document = new DatasetDocument(source);
  full.push(
    processorTime(() => {
      document.check();
      return [...document.problems()].length;
    }),
  );
  for (let edit = 0; edit < 20; edit += 1) {
    const at = { line: (5000 + 97 * round + 31 * edit) % lines.length, character: 20 };
    for (const change of [
      { range: { start: at, end: at }, text: 'x' },
      { range: { start: at, end: { ...at, character: 21 } }, text: '' },
    ]) {
      source.apply(change);
      edits.push(
        timed(() => {
          document.applyChange(change);
          document.check();
          return [...document.problems()].length;
        }),
      );
    }
  }
}

/** Comparing the examples of a text, against parsing the same lines. */
function comparing(text: TextLines): number {
  const parsing: number[] = [];
  const across: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    parsing.push(
      processorTime(() => {
        for (let line = 0; line < text.lineCount; line += 1) JSON.parse(text.lineAt(line));
      }),
    );
    const document = new DatasetDocument(text);
    across.push(processorTime(() => document.compare()));
  }
  return median(across) / median(parsing);
}

const service: number[] = [];
for (let round = 0; round < 3; round += 1) {
  const start = process.cpuUsage();
  await validateWithLanguageService(lines);
  const { user, system } = process.cpuUsage(start);
  service.push((user + system) / 1000);
}

const parsing = median(parse);
const whole = median(full);
const ratio = (value: number): string => value.toFixed(2);
console.log(`lines                                      ${lines.length}`);
console.log(`JSON.parse of each line                    1.00 (${parsing.toFixed(1)} ms of processor time)`);
console.log(`structural rules of each line, and parsing  ${ratio(median(structure) / parsing)}   (wanted: at most 2)`);
console.log(`duplicate keys, secrets and personal data  ${ratio((median(rules) - median(structure)) / parsing)}   more (wanted: at most 2)`);
console.log(`full validation with all problems listed   ${ratio(whole / parsing)}   (wanted: at most 3)`);
console.log(`vscode-json-languageservice with a schema  ${ratio(median(service) / parsing)}   ${(median(service) / median(rules)).toFixed(1)} times all rules of each line (wanted: at least 5)`);
console.log(`again after one edit, of a full run        ${((median(edits) / whole) * 100).toFixed(2)} %   (wanted: under 1 %)`);
console.log(`across lines, with near duplicates         ${ratio(comparing(source))}   (wanted: at most 6)`);
for (const count of [lines.length, 4 * lines.length]) {
  const text = new TextLines(uniqueLines(lines, count));
  console.log(`across ${String(count).padStart(5)} lines of which no two are alike ${ratio(comparing(text))}`);
}

/** Lines that are all different: each repeats one of the given with half of its longer words replaced by others. */
function uniqueLines(given: readonly string[], count: number): readonly string[] {
  const random = new Random(1);
  const words = given.slice(0, 1000).join(' ').match(/[a-z]{3,}/g) ?? [];
  return Array.from({ length: count }, (_, index) => {
    const example = JSON.parse(given[index % given.length] ?? '') as { readonly messages: { readonly role: string; content: string }[] };
    for (const message of example.messages) {
      if (message.role !== 'system') {
        message.content = message.content.replace(/[A-Za-z]{4,}/g, (word) => (random.next() < 0.5 ? random.pick(words) : word));
      }
    }
    return JSON.stringify(example);
  });
}

/** One keystroke in the middle of files of different length, against the shortest. */
let shortest: number | undefined;
for (const count of [1000, 10_000, 100_000]) {
  const text = new TextLines(Array.from({ length: count }, (_, index) => lines[index % lines.length] ?? ''));
  const document = new DatasetDocument(text);
  document.check();
  const times: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const at = { line: Math.floor(count / 2) + (round % 100), character: 3 };
    const change = { range: { start: at, end: at }, text: 'x' };
    text.apply(change);
    times.push(
      timed(() => {
        document.applyChange(change);
        document.check();
        document.summary();
      }),
    );
  }
  const time = median(times);
  shortest ??= time;
  console.log(`keystroke in ${String(count).padStart(6)} lines                   ${ratio(time / shortest)} of that in 1000 lines (${time.toFixed(3)} ms)`);
}
