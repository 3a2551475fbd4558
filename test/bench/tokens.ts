/** Exact token counts: real text, seen for the first time and again, and text that is made to be slow. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countTokens } from '../../src/workers/tokens.ts';
import { chatLines } from '../support/chatLines.ts';
import { Random } from '../support/random.ts';

const real = join(import.meta.dirname, '../../../shared/data/sciq/chat.validation.book-format.jsonl');
const megabyte = 1 << 20;
const random = new Random(1);

function processorTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function perSecond(text: string): string {
  let tokens = 0;
  const milliseconds = processorTime(() => {
    tokens = countTokens(text);
  });
  return `${(tokens / milliseconds / 1000).toFixed(2)} million tokens a second (${(tokens / 1000).toFixed(0)} thousand)`;
}

countTokens('Warm up, please. '.repeat(2000));
const text = existsSync(real) ? readFileSync(real, 'utf8') : chatLines(10_000).join('\n');
console.log(`fresh text                  ${perSecond(text)}   (wanted: at least 1)`);
console.log(`the same text again         ${perSecond(text)}`);

const from = (units: string): string => Array.from({ length: megabyte }, () => units[random.below(units.length)]).join('');
const han = String.fromCharCode(...Array.from({ length: 3000 }, (_, index) => 0x4e00 + index));
const kana = String.fromCharCode(...Array.from({ length: 90 }, (_, index) => 0x3041 + index));
const hostile: Readonly<Record<string, string>> = {
  'one letter': 'a'.repeat(megabyte),
  'any letters': from('abcdefghijklmnopqrstuvwxyz'),
  digits: '7'.repeat(megabyte),
  spaces: ' '.repeat(megabyte),
  'line breaks': '\n'.repeat(megabyte),
  'Han and kana, no spaces': from(han + kana.repeat(20)),
  emoji: '\u{1F600}'.repeat(megabyte / 2),
  apostrophes: "'s".repeat(megabyte / 2),
};
console.log('\na megabyte of               seconds   against four times a quarter of it (1.0 is linear)');
for (const [name, whole] of Object.entries(hostile)) {
  const quarter = whole.slice(0, megabyte / 4);
  countTokens(quarter);
  const part = processorTime(() => countTokens(quarter.split('').reverse().join('')));
  const all = processorTime(() => countTokens(whole));
  console.log(`${name.padEnd(26)} ${(all / 1000).toFixed(3).padStart(8)}   ${(all / (4 * part)).toFixed(1)}`);
}
