import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkArchitecture, readSources } from '../../../.ci/architecture.ts';
import { findImports } from '../../../.ci/imports.ts';

function complaints(file: string, source: string): readonly string[] {
  return checkArchitecture(new Map([[file, source]]));
}

test('imports are found in every form', () => {
  const source = `#!/usr/bin/env node
import './sideEffect.ts';
import value, { type A, b as c } from './mixed.ts';
import type { T } from './types.ts';
import { type T, type U } from './typesToo.ts';
import type from './valueNamedType.ts';
import * as all from "./star.ts";
export * from './reexported.ts';
export { x } from './named.ts';
export type { Y } from './reexportedType.ts';
const lazy = await import('./lazy.ts');
type Later = typeof import('./laterType.ts');
const old = require('./old.ts');
const text = \`\${await import('./inTemplate.ts')} and \${ { a: \`\${require('./nested.ts')}\` } }\`;
`;
  assert.deepEqual(
    findImports(source).map((found) => [found.specifier, found.line, found.typeOnly]),
    [
      ['./sideEffect.ts', 2, false],
      ['./mixed.ts', 3, false],
      ['./types.ts', 4, true],
      ['./typesToo.ts', 5, true],
      ['./valueNamedType.ts', 6, false],
      ['./star.ts', 7, false],
      ['./reexported.ts', 8, false],
      ['./named.ts', 9, false],
      ['./reexportedType.ts', 10, true],
      ['./lazy.ts', 11, false],
      ['./laterType.ts', 12, true],
      ['./old.ts', 13, false],
      ['./inTemplate.ts', 14, false],
      ['./nested.ts', 14, false],
    ],
  );
});

test('what only looks like an import is none', () => {
  const source = `
// import './comment.ts';
/* import './block.ts'; */
const a = "import './text.ts'", b = \`import './template.ts'\`, c = /import '.\\/regex[/]x'/;
const half = 1 / 2; const other = half / 3;
export const from = 1; export function f() { return 'from'; }
export { a, b };
const host = { import: 1 }; host.import; service.require('thing');
const here = import.meta.url;
`;
  assert.deepEqual(findImports(source), []);
});

const planted: readonly (readonly [file: string, source: string, complaint: RegExp])[] = [
  ['src/core/x.ts', `import * as vscode from 'vscode';`, /^src\/core\/x\.ts:1 imports vscode: only platform/],
  ['src/core/x.ts', `import { join } from 'node:path';`, /imports node:path: src\/core\/ may import jsonc-parser/],
  ['src/core/x.ts', `import { join } from 'path';`, /written node:path/],
  ['src/core/x.ts', `import { log } from '../platform/log.ts';`, /imports src\/platform\/log\.ts: src\/core\/ may import nothing/],
  ['src/engine/store/x.ts', `\nimport { readFile } from 'node:fs/promises';`, /x\.ts:2 .*one door to the file system/],
  ['src/cli.ts', `const fs = require('node:fs');`, /one door/],
  ['src/features/jobs/x.ts', `import { Chat } from '../chat/index.ts';`, /a feature imports no other feature/],
  ['src/features/jobs/x.ts', `import type { Chat } from '../chat/index.ts';`, /a feature imports no other feature/],
  ['src/features/jobs/x.ts', `import OpenAI from 'openai';`, /only src\/api does/],
  ['src/features/jobs/x.ts', `const sdk = import('openai/resources');`, /only src\/api does/],
  ['src/features/jobs/x.ts', `import { service } from '../../api/service.ts';`, /imports src\/api\/service\.ts/],
  ['src/extension.ts', `import { train } from './engine/train/loop.ts';`, /imports src\/engine\/train\/loop\.ts/],
  ['src/engine/launch/x.ts', `import { train } from '../train/loop.ts';`, /imports src\/engine\/train\/loop\.ts/],
  ['src/protocol/x.ts', `import { statuses } from '../core/jobs/job.ts';`, /only its types/],
  ['src/messages/x.ts', `import { t } from 'i18next';`, /may import @vscode\/l10n/],
  ['webview/chat/main.ts', `import '@vscode/webview-ui-toolkit';`, /only webview\/shared\/toolkit\.ts/],
  ['webview/chat/main.ts', `import { x } from '../../src/platform/log.ts';`, /imports src\/platform\/log\.ts/],
  ['src/core/x.ts', `await import(name);`, /computed/],
  ['src/utils/x.ts', `import '../core/x.ts';`, /in no area/],
];

for (const [file, source, complaint] of planted) {
  test(`${file}: ${source.trim()} is refused`, () => {
    const found = complaints(file, source);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', complaint);
  });
}

const allowed: readonly (readonly [file: string, source: string])[] = [
  ['src/core/dataset/x.ts', `import { parse } from 'jsonc-parser'; import { y } from '../jsonl/y.ts';`],
  ['src/disk/x.ts', `import { open } from 'node:fs/promises';`],
  ['src/api/x.ts', `import OpenAI from 'openai'; import type { Port } from '../core/providers/port.ts';`],
  ['src/protocol/x.ts', `import type { Job } from '../core/jobs/job.ts';`],
  ['src/features/jobs/x.ts', `import * as vscode from 'vscode'; import { commandIds } from '../../contributions.ts';`],
  ['src/extension.ts', `import { launcher } from './engine/launch/launcher.ts'; import './features/jobs/index.ts';`],
  ['webview/shared/toolkit.ts', `import { provideVSCodeDesignSystem } from '@vscode/webview-ui-toolkit';`],
];

for (const [file, source] of allowed) {
  test(`${file}: ${source} is fine`, () => assert.deepEqual(complaints(file, source), []));
}

test('the sources of the repository are read with forward slashes', () => {
  const files = [...readSources(join(import.meta.dirname, '../../..')).keys()];
  assert.ok(files.includes('src/contributions.ts'));
  assert.ok(files.every((file) => /^(src|webview)\//.test(file) && !file.includes('\\')));
});
