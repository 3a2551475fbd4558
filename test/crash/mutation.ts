/**
 * Takes every sync and every comparison of a checksum out of a copy of the sources, one at a time, and runs the crash
 * tests on it: each of them must notice. `npm run test:mutation`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');
const files = [
  ...['appendLog', 'durable', 'files', 'folders', 'logRecords', 'quarantine', 'replace', 'syncTree'].map((name) => `src/disk/${name}.ts`),
  ...['blobs', 'generation', 'opening', 'snapshot', 'store'].map((name) => `src/engine/store/${name}.ts`),
];

/** A statement that makes something durable, or a test that finds damage; and what stands there instead. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/await (?:this\.#file|file|folder|target|log)\.sync\(\);/g, ';'],
  [/await sync(?:Folder|File|Tree)\([^;]*\);/g, ';'],
  [/await this\.#log\?\.flush\(\);/g, ';'],
  [/if \(durable\) \{\n\s*await this\.#sync\(\);/g, 'if (durable) {'],
  [/if \(this\.#broken === undefined\) \{\n\s*await this\.#sync\(\);/g, 'if (this.#broken === undefined) {'],
  [/crc32\(view\.subarray\(offset \+ 8, end\)\) !== view\.readUInt32LE\(offset \+ 4\)/g, 'false'],
  [/record\.sequence !== sequence \+ 1n/g, 'false'],
  [/return wasDurable\(view, offset, sequence \+ 1n\)/g, 'return false'],
  [/checksum\(line\[1\] \?\? ''\) !== line\[4\]/g, 'false'],
  [/promised !== changes/g, 'false'],
  [/\(await digest\(path, system\)\) !== expected/g, 'false'],
];

/** Fastest to notice first; what is not noticed by then has the whole of them before it counts as not noticed. */
const suites = [
  ['--test', 'test/crash/userFiles.test.ts'],
  ['test/crash/quick.ts'],
  ['--test', 'test/crash/rows.test.ts'],
  ['--test', 'test/crash/faults.test.ts', 'test/crash/powerLoss.test.ts'],
] as const;
const patienceMs = 300_000;

type Mutant = { readonly file: string; readonly line: number; readonly text: string; readonly source: string };

function mutantsOf(file: string): readonly Mutant[] {
  const source = readFileSync(join(repository, file), 'utf8');
  return patterns.flatMap(([pattern, instead]) =>
    [...source.matchAll(pattern)].map((match) => ({
      file,
      line: source.slice(0, match.index).split('\n').length,
      text: match[0].replaceAll(/\s+/g, ' '),
      source: source.slice(0, match.index) + instead + source.slice(match.index + match[0].length),
    })),
  );
}

/** What fails, or undefined. */
function noticing(folder: string): string | undefined {
  const suite = suites.find((args) => {
    const all = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...args];
    return spawnSync(process.execPath, all, { cwd: folder, timeout: patienceMs, killSignal: 'SIGKILL' }).status !== 0;
  });
  return suite?.at(-1);
}

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-mutation-'));
let survivors = 0;
try {
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json']) cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const only = process.argv[2];
  const mutants = files.flatMap(mutantsOf).filter((mutant) => only === undefined || mutant.file.includes(only));
  const unharmed = only === undefined ? noticing(folder) : undefined;
  if (unharmed !== undefined) throw new Error(`${unharmed} fails on the unchanged sources`);
  for (const { file, line, text, source } of mutants) {
    const original = readFileSync(join(folder, file), 'utf8');
    writeFileSync(join(folder, file), source);
    const suite = noticing(folder);
    writeFileSync(join(folder, file), original);
    survivors += suite === undefined ? 1 : 0;
    console.log(`${suite === undefined ? 'SURVIVED' : 'noticed '} ${file}:${line} ${text}${suite === undefined ? '' : `  (${suite})`}`);
  }
  console.log(`${mutants.length - survivors} of ${mutants.length} noticed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = survivors === 0 ? 0 : 1;
