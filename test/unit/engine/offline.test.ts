import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { findImports } from '../../../.ci/imports.ts';

const engine = join(import.meta.dirname, '../../../src/engine');

/** Modules by which a program reaches others; of `node:http` the engine has the server alone. */
const reaching = /^(node:)?(https|http2|tls|dgram|dns|dns\/promises|net|child_process|cluster|undici)$/;
/** Ways to reach others that need no import. */
const calls = /\b(fetch|WebSocket|EventSource|XMLHttpRequest|createConnection)\s*\(/;
const fromHttp = /import (?!type)\{([^}]*)\} from 'node:http'/g;

it('what serves, stores and computes has no way to reach another program: only the launcher asks, on this machine', () => {
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !/^launch[/\\]/.test(name));
  assert.ok(files.length > 60);
  for (const name of files) {
    const source = readFileSync(join(engine, name), 'utf8');
    const found = findImports(source).filter(({ specifier, typeOnly }) => !typeOnly && reaching.test(specifier));
    assert.deepEqual(found.filter(({ specifier }) => !isTypeImport(source, specifier)), [], name);
    assert.doesNotMatch(source, calls, name);
    const http = [...source.matchAll(fromHttp)].flatMap(([, names = '']) => names.split(',').map((one) => one.trim()));
    assert.deepEqual(http.filter((one) => !/^(type \w+|createServer|STATUS_CODES)$/.test(one)), [], name);
  }
});

/** `import { type A, type B }` is written like any other and leaves nothing in the program. */
function isTypeImport(source: string, specifier: string): boolean {
  const names = new RegExp(`import \\{([^}]*)\\} from '${specifier}'`).exec(source)?.[1]?.split(',') ?? ['all'];
  return names.every((name) => /^\s*type /.test(name));
}
