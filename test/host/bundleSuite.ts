import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './install.ts';

export const suiteFile = join(repository, 'out/test/integration.js');

/** Folders of test/ whose `*.test.ts` can be run inside VS Code. */
export type SuiteFolder = 'integration' | 'bench/host';

/** Bundles the tests of a folder into one module that exports `run(): Promise<void>`, for either host. */
export async function bundleSuite(name: SuiteFolder = 'integration'): Promise<void> {
  const folder = join(repository, 'test', name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts')).sort();
  if (files.length === 0) {
    throw new Error(`There is no test/${name}/*.test.ts.`);
  }
  // Required one by one at run time: mocha's globals must exist before.
  const requires = files.map((file) => `require('./${file}');`).join(' ');
  const runner = join(repository, 'test/integration/index.ts');
  const entry = `import { runSuite } from ${JSON.stringify(runner)};\nexport const run = () => runSuite(() => { ${requires} });\n`;
  await build({
    stdin: { contents: entry, resolveDir: folder, sourcefile: 'suite.ts', loader: 'ts' },
    outfile: suiteFile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // As the extension itself is bundled: some libraries load parts of their `main` by computed names.
    mainFields: ['module', 'main'],
    target: 'node22',
    // As in the product: the other form looks for its parts at run time.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    sourcemap: 'linked',
    keepNames: true,
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}
