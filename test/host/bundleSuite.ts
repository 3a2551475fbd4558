import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './install.ts';

export const suiteFile = join(repository, 'out/test/integration.js');

/** Bundles test/integration/*.test.ts into one module that exports `run(): Promise<void>`, for either host. */
export async function bundleSuite(): Promise<void> {
  const folder = join(repository, 'test/integration');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts')).sort();
  if (files.length === 0) {
    throw new Error('There is no test/integration/*.test.ts.');
  }
  // Required one by one at run time: mocha's globals must exist before.
  const requires = files.map((name) => `require('./${name}');`).join(' ');
  const entry = `import { runSuite } from './index.ts';\nexport const run = () => runSuite(() => { ${requires} });\n`;
  await build({
    stdin: { contents: entry, resolveDir: folder, sourcefile: 'suite.ts', loader: 'ts' },
    outfile: suiteFile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'linked',
    keepNames: true,
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}
