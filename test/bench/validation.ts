/** Validating against parsing, and one edit against a full run, in the same process one after the other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetDocument } from '../../src/core/dataset/document.ts';
import { checkLine } from '../../src/core/dataset/line.ts';
import { findSensitive } from '../../src/core/dataset/safety/scan.ts';
import { chatLines } from '../support/chatLines.ts';
import { TextLines } from '../support/textLines.ts';

const real = join(import.meta.dirname, '../../../shared/data/sciq/chat.validation.book-format.jsonl');
const rounds = 15;

function linesToCheck(): readonly string[] {
  if (existsSync(real)) {
    const once = readFileSync(real, 'utf8').trimEnd().split('\n');
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
const source = new TextLines(lines.join('\n'));
const parse: number[] = [];
const rules: number[] = [];
const full: number[] = [];
const edits: number[] = [];

for (let round = 0; round < rounds; round += 1) {
  parse.push(processorTime(() => lines.forEach((line) => JSON.parse(line) as unknown)));
  rules.push(processorTime(() => lines.forEach((line) => checkLine(line, { first: false }))));
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

const safety: number[] = [];
const across: number[] = [];
for (let round = 0; round < 5; round += 1) {
  safety.push(processorTime(() => lines.forEach((line) => findSensitive(line))));
  const document = new DatasetDocument(source);
  across.push(processorTime(() => document.compare()));
}

const parsing = median(parse);
const whole = median(full);
const ratio = (value: number): string => value.toFixed(2);
console.log(`lines                                      ${lines.length}`);
console.log(`JSON.parse of each line                    1.00 (${parsing.toFixed(1)} ms of processor time)`);
console.log(`rules of each line                         ${ratio(median(rules) / parsing)}`);
console.log(`secrets and personal data alone            ${ratio(median(safety) / parsing)}`);
console.log(`across lines, with near duplicates         ${ratio(median(across) / parsing)}   (wanted: at most 6)`);
console.log(`full validation with all problems listed   ${ratio(whole / parsing)}   (wanted: at most 3)`);
console.log(`again after one edit, of a full run        ${((median(edits) / whole) * 100).toFixed(2)} %   (wanted: under 1 %)`);

/** One keystroke in the middle of files of different length, against the shortest. */
let shortest: number | undefined;
for (const count of [1000, 10_000, 100_000]) {
  const text = new TextLines(Array.from({ length: count }, (_, index) => lines[index % lines.length] ?? '').join('\n'));
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
