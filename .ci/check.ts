import { spawn } from 'node:child_process';
import { globSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkArchitecture, readSources } from './architecture.ts';
import { checkContributions, checkFiles, readJson, type Declared, type Manifest } from './contributions.ts';

/** `npm run check`: types, lint, import rules, package.json against src/contributions.ts; all of them, side by side. */
const repository = resolve(import.meta.dirname, '..');

type Outcome = { readonly passed: boolean; readonly output: string };
type Check = { readonly name: string; readonly run: () => Promise<Outcome> };

const projects = [
  ...['tsconfig.json', '.ci/tsconfig.json'],
  ...globSync('{src,webview}/**/tsconfig.json', { cwd: repository }).sort(),
];

const checks: readonly Check[] = [
  ...projects.map((project) => ({
    name: `types: ${project.replaceAll('\\', '/')}`,
    run: () => tool('typescript/bin/tsc', ['--noEmit', '--pretty', 'false', '-p', project]),
  })),
  {
    name: 'lint',
    run: () =>
      tool('oxlint/bin/oxlint', [
        ...['--type-aware', '--deny-warnings', '-c', '.ci/oxlint.json', '--format', 'unix'],
        ...['src', 'webview', 'test', '.ci', 'esbuild.js'],
      ]),
  },
  { name: 'who imports whom', run: async () => report(checkArchitecture(readSources(repository))) },
  { name: 'package.json and src/contributions.ts', run: async () => report(await contributions()) },
];

async function contributions(): Promise<readonly string[]> {
  const manifest = readJson<Manifest>(join(repository, 'package.json'));
  const declared = (await import('../src/contributions.ts')) satisfies Declared;
  const names = readdirSync(repository).filter((name) => /^package\.nls(\.\w+)?\.json$/.test(name));
  const texts = Object.fromEntries(
    names.map((name) => [name, readJson<Record<string, string>>(join(repository, name))]),
  );
  return [...checkContributions(manifest, declared, texts), ...checkFiles(repository, manifest)];
}

function report(complaints: readonly string[]): Outcome {
  return { passed: complaints.length === 0, output: complaints.join('\n') };
}

function tool(program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(repository, 'node_modules', program), ...args], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (data: Buffer): void => {
      output += data.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', failed);
    child.once('close', (code) => done({ passed: code === 0, output: output.trim() }));
  });
}

/** At most `width` at a time: each compiler uses several threads itself. */
async function runAll(width: number): Promise<number> {
  let failures = 0;
  const waiting = [...checks];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const started = Date.now();
      const { passed, output } = await check.run();
      failures += passed ? 0 : 1;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const details = passed ? '' : `${output.replace(/^/gm, '    ')}\n`;
      process.stdout.write(`${passed ? '✔' : '✖'} ${check.name} (${seconds} s)\n${details}`);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return failures;
}

const failures = await runAll(2);
process.stdout.write(`${checks.length - failures} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
