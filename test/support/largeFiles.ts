import { closeSync, openSync, writeSync } from 'node:fs';
import { chatLine } from './chatLines.ts';

const words = 'the of water energy cell plant rock light air heat mass force field wave atom star river ocean ice salt'.split(' ');

/** Chat lines of about 800 bytes, all but one of a thousand valid. */
export function longLines(count: number): readonly string[] {
  const text = (seed: number, length: number): string =>
    Array.from({ length }, (_, at) => words[(seed * 31 + at * at * 7 + at) % words.length]).join(' ');
  return Array.from({ length: count }, (_, index) => {
    const line = chatLine(`${text(index, 40)} ${index}?`, `${text(index + 7, 80)}.`);
    return index % 1000 === 999 ? line.replace('"user"', '"human"') : line;
  });
}

/** Writes a file of at least so many bytes, in which no two examples are alike or the same two thousand come again and again. */
export function writeLargeFile(path: string, size: number, examples: 'unique' | 'repeated'): void {
  const lines = longLines(2000);
  const file = openSync(path, 'w');
  for (let written = 0, round = 0; written < size; round += 1) {
    const some = examples === 'repeated' ? lines : lines.map((line, index) => line.replace(/"(?:user|human)", "content": "/, `$&${round} of ${index} in `));
    written += writeSync(file, `${some.join('\n')}\n`);
  }
  closeSync(file);
}
