import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isBuiltin } from 'node:module';
import { findImports, type Import } from './imports.ts';

/**
 * Who may import whom. Folders are relative to the repository and end with a slash; the longest that matches a file
 * is its area. An area may always import itself.
 */
type Area = {
  readonly folder: string;
  readonly areas: readonly string[];
  /** Areas of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages, by name; `node:` is every module of Node but its file system. */
  readonly libraries: readonly string[];
};

const worldOfFeatures = ['src/core/', 'src/messages/', 'src/disk/', 'src/protocol/', 'src/platform/'];

const areas: readonly Area[] = [
  { folder: 'src/core/', areas: [], libraries: ['jsonc-parser', 'yaml'] },
  { folder: 'src/messages/', areas: ['src/core/'], libraries: ['@vscode/l10n'] },
  { folder: 'src/disk/', areas: [], libraries: ['node:', 'node:fs'] },
  { folder: 'src/api/', areas: ['src/core/'], libraries: ['openai'] },
  {
    folder: 'src/engine/',
    areas: ['src/core/', 'src/disk/', 'src/protocol/', 'src/engine/launch/'],
    libraries: ['node:', '@jax-js/jax', '@jax-js/loaders'],
  },
  { folder: 'src/engine/launch/', areas: ['src/disk/', 'src/protocol/'], libraries: ['node:'] },
  {
    folder: 'src/workers/',
    areas: ['src/core/', 'src/disk/', 'src/protocol/'],
    libraries: ['node:', 'gpt-tokenizer', 'csv-parse', 'hyparquet', 'hyparquet-compressors'],
  },
  { folder: 'src/protocol/', areas: [], types: ['src/core/'], libraries: [] },
  {
    folder: 'src/platform/',
    areas: ['src/core/', 'src/messages/', 'src/disk/', 'src/protocol/', 'src/contributions.ts'],
    libraries: ['vscode', 'node:path', 'node:crypto', 'node:worker_threads'],
  },
  { folder: 'src/features/', areas: [...worldOfFeatures, 'src/contributions.ts'], libraries: ['vscode', 'node:path'] },
  {
    folder: 'src/extension.ts',
    areas: [
      ...worldOfFeatures,
      ...['src/contributions.ts', 'src/features/', 'src/api/', 'src/workers/', 'src/engine/launch/'],
    ],
    libraries: ['vscode', '@vscode/l10n', 'node:path'],
  },
  { folder: 'src/contributions.ts', areas: [], libraries: [] },
  {
    folder: 'src/cli.ts',
    areas: ['src/cli/', 'src/core/', 'src/messages/', 'src/disk/', 'src/api/', 'src/workers/', 'src/engine/'],
    types: ['src/protocol/'],
    libraries: ['node:'],
  },
  {
    folder: 'src/cli/',
    areas: ['src/core/', 'src/messages/', 'src/disk/', 'src/api/', 'src/workers/', 'src/engine/'],
    types: ['src/protocol/'],
    libraries: ['node:'],
  },
  { folder: 'webview/', areas: ['src/protocol/', 'src/core/'], libraries: ['uplot', 'markdown-it'] },
];

/** The toolkit gets no more fixes: one file registers its components, so that one file replaces them. */
const toolkit = { name: '@vscode/webview-ui-toolkit', file: 'webview/shared/toolkit.ts' };

/** A sentence per import that is not allowed, `file:line` first. `files` maps paths from the repository to sources. */
export function checkArchitecture(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([file, source]) =>
    findImports(source).flatMap((found) => {
      const complaint = judge(file, found);
      return complaint === undefined ? [] : [`${file}:${found.line} ${complaint}`];
    }),
  );
}

function judge(file: string, found: Import): string | undefined {
  const from = areaOf(file);
  if (from === undefined) {
    return 'is in no area of .ci/architecture.ts: say there what it may import.';
  }
  if (found.specifier === '?') {
    return 'imports a module whose name is computed: nothing can check that. Use a plain text.';
  }
  return found.specifier.startsWith('.') ? judgeOurs(file, from, found) : judgeLibrary(file, from, found.specifier);
}

function judgeOurs(file: string, from: Area, found: Import): string | undefined {
  const target = posix.join(posix.dirname(file), found.specifier);
  if (target === 'package.json' || target.endsWith('.css')) {
    return undefined;
  }
  const to = areaOf(target);
  const [ours, theirs] = [featureOf(file), featureOf(target)];
  if (ours !== undefined && theirs !== undefined && ours !== theirs) {
    return `imports ${target}: a feature imports no other feature. They meet in a service or through a command.`;
  }
  const sameArea = to?.folder === from.folder;
  if (sameArea || (to && from.areas.some((folder) => within(to.folder, folder)))) {
    return undefined;
  }
  if (to && from.types?.includes(to.folder) === true) {
    return found.typeOnly ? undefined : `imports ${target}: only its types may be imported here (import type).`;
  }
  const allowed = [...from.areas, ...(from.types ?? []).map((folder) => `types of ${folder}`)].join(', ');
  return `imports ${target}: ${from.folder} may import ${allowed || 'nothing else of ours'}.`;
}

function judgeLibrary(file: string, from: Area, specifier: string): string | undefined {
  const node = isBuiltin(specifier);
  if (node && !specifier.startsWith('node:')) {
    return `imports ${specifier}: modules of Node are written node:${specifier}.`;
  }
  if (node && /^node:fs\b/.test(specifier)) {
    return from.libraries.includes('node:fs')
      ? undefined
      : `imports ${specifier}: src/disk is the one door to the file system.`;
  }
  const name = node ? specifier : packageOf(specifier);
  if (name === toolkit.name) {
    return file === toolkit.file ? undefined : `imports ${name}: only ${toolkit.file} does.`;
  }
  if (from.libraries.includes(name) || (node && from.libraries.includes('node:'))) {
    return undefined;
  }
  if (name === 'vscode') {
    return 'imports vscode: only platform, features and extension.ts do. Logic without it belongs in core.';
  }
  if (name === 'openai') {
    return 'imports openai: only src/api does. Ask through core/providers/port.';
  }
  return `imports ${name}: ${from.folder} may import ${from.libraries.join(', ') || 'no library'}.`;
}

function areaOf(file: string): Area | undefined {
  return areas
    .filter((area) => within(file, area.folder))
    .reduce<Area | undefined>((best, area) => (best && best.folder.length > area.folder.length ? best : area), undefined);
}

function within(path: string, folder: string): boolean {
  return folder.endsWith('/') ? path.startsWith(folder) : path === folder;
}

function featureOf(path: string): string | undefined {
  return /^src\/features\/([^/]+)\//.exec(path)?.[1];
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Sources of src/ and webview/, by path from the repository with forward slashes. */
export function readSources(repository: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of ['src', 'webview']) {
    if (!existsSync(join(repository, folder))) {
      continue;
    }
    for (const name of readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      const path = posix.join(folder, name.replaceAll('\\', '/'));
      if (/\.[cm]?tsx?$/.test(name) && !name.endsWith('.d.ts')) {
        files.set(path, readFileSync(join(repository, path), 'utf8'));
      }
    }
  }
  return files;
}
