/**
 * Takes every sync and every comparison that finds damage out of a copy of the sources, one at a time, and runs the
 * crash tests on it: each of them must be noticed. `npm run test:mutation [-- part of a file's name]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');
const files = [
  ...['appendLog', 'durable', 'files', 'folders', 'logRecords', 'quarantine', 'replace', 'syncTree'].map((name) => `src/disk/${name}.ts`),
  ...['blobs', 'generation', 'journal', 'modelFolders', 'opening', 'recovery', 'snapshot', 'store'].map((name) => `src/engine/store/${name}.ts`),
];

/** A statement that makes something durable, or a test that finds damage; and what stands there instead. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/await (?:this\.#file|file|folder|target|log)\.sync\(\);/g, ';'],
  [/await sync(?:Folder|File|Tree)\([^;]*\);/g, ';'],
  [/await this\.#log\?\.flush\(\)[^;]*;/g, ';'],
  [/if \(durable\) \{\n\s*await this\.#sync\(\);/g, 'if (durable) {'],
  [/if \(this\.#broken === undefined\) \{\n\s*await this\.#sync\(\);/g, 'if (this.#broken === undefined) {'],
  [/crc32\(view\.subarray\(offset \+ 8, end\)\) !== view\.readUInt32LE\(offset \+ 4\)/g, 'false'],
  [/record\.sequence !== sequence \+ 1n/g, 'false'],
  [/return wasDurable\(view, offset, sequence \+ 1n\)/g, 'return false'],
  [/checksum\(line\[1\] \?\? ''\) !== line\[4\]/g, 'false'],
  [/promised !== changes/g, 'false'],
  [/found\.end !== bytes\.length/g, 'false'],
  [/header\?\.generation !== generation/g, 'false'],
  [/journal\.damage !== undefined && !unborn/g, 'false'],
  [/\(await digest\(path, system\)\) !== expected/g, 'false'],
];

/** Fastest to notice first; what is not noticed by then has the whole of them before it counts as not noticed. */
const suites = [
  ['--test', 'test/crash/userFiles.test.ts'],
  ['--test', 'test/crash/rows.test.ts'],
  ['test/crash/quick.ts'],
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

/** A copy of what the tests need, to be changed. */
function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'tunesmith-mutation-'));
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json']) cpSync(join(repository, part), join(copy, part), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function passes(copy: string, args: readonly string[]): Promise<boolean> {
  const all = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...args];
  const child = spawn(process.execPath, all, { cwd: copy, stdio: 'ignore', timeout: patienceMs, killSignal: 'SIGKILL' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

/** What fails, or undefined. */
async function noticing(copy: string): Promise<string | undefined> {
  for (const args of suites) {
    if (!(await passes(copy, args))) return args.at(-1);
  }
  return undefined;
}

async function tryMutant(copy: string, { file, line, text, source }: Mutant): Promise<boolean> {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, source);
  const suite = await noticing(copy);
  writeFileSync(path, original);
  console.log(suite === undefined ? `SURVIVED ${file}:${line} ${text}` : `noticed  ${file}:${line} ${text}  (${suite})`);
  return suite !== undefined;
}

const only = process.argv[2];
const mutants = files.flatMap(mutantsOf).filter((mutant) => only === undefined || mutant.file.includes(only));
const unused = patterns.filter(([pattern]) => !files.some((file) => readFileSync(join(repository, file), 'utf8').search(pattern) >= 0));
if (unused.length > 0) throw new Error(`nothing in the sources is like ${unused.map(([pattern]) => String(pattern)).join(', ')}`);

const start = performance.now();
const copies = Array.from({ length: Math.min(4, availableParallelism()) }, copyOfSources);
const survivors: Mutant[] = [];
try {
  const unharmed = await noticing(copies[0] ?? '');
  if (unharmed !== undefined) throw new Error(`${unharmed} fails on the unchanged sources`);
  const waiting = [...mutants];
  const lane = async (copy: string): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      if (!(await tryMutant(copy, mutant))) survivors.push(mutant);
    }
  };
  await Promise.all(copies.map(lane));
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
}
const minutes = ((performance.now() - start) / 60_000).toFixed(1);
console.log(`${mutants.length - survivors.length} of ${mutants.length} noticed, in ${minutes} minutes`);
process.exitCode = survivors.length === 0 ? 0 : 1;
