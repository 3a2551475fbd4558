/** Sizes of what ships, and how long `activate()` takes beside the loading of Node's own `http`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const kilobytes = (path: string): number => Math.round(statSync(path).size / 1000);

const budgets: Readonly<Record<string, number>> = { 'dist/extension.js': 800 };
const bundles = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|css)$/.test(name));
for (const name of bundles.sort()) {
  const path = `dist/${name}`;
  const budget = budgets[path];
  console.log(`${path.padEnd(32)} ${String(kilobytes(join(root, path))).padStart(6)} KB${budget ? `  (budget ${budget} KB)` : ''}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'tunesmith-vsix-'));
try {
  const file = join(scratch, 'tunesmith.vsix');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file], { cwd: root, stdio: 'pipe' });
  console.log(`${'tunesmith.vsix'.padEnd(32)} ${String(kilobytes(file)).padStart(6)} KB  (budget 3500 KB)`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
