/**
 * Bundles everything the product ships into dist/. Programs that must not be evaluated at activation
 * (the wire client, the prepare worker, the engine) are bundles of their own, loaded on first use.
 */
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Modules that the extension and the command line load on first use, each from its own file beside them. */
const lazyModules = {
  '/src/api/service.ts': './api.js',
  '/src/workers/tokens.ts': './tokens.js',
  '/src/core/dataset/exampleYaml.ts': './exampleYaml.js',
};

const loadOnFirstUse = {
  name: 'load-on-first-use',
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, (args) => {
      if (args.kind !== 'dynamic-import') return undefined;
      const target = path.resolve(args.resolveDir, args.path).split(path.sep).join('/');
      const lazy = Object.entries(lazyModules).find(([suffix]) => target.endsWith(suffix));
      return lazy ? { path: lazy[1], external: true } : undefined;
    });
  },
};

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'info',
  outdir: 'dist',
};

const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  keepNames: true,
  supported: { 'dynamic-import': false },
  external: ['vscode'],
  define: { 'import.meta.filename': '__filename' },
  plugins: [loadOnFirstUse],
  // Its main file calls a `require` that no bundler can see through.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

const browser = {
  ...common,
  platform: 'browser',
  format: 'esm',
  target: 'chrome138',
  loader: { '.css': 'css' },
};

const builds = [
  { ...node, entryPoints: { extension: 'src/extension.ts' } },
  { ...node, entryPoints: { cli: 'src/cli.ts' }, banner: { js: '#!/usr/bin/env node' } },
  { ...node, entryPoints: { api: 'src/api/service.ts', tokens: 'src/workers/tokens.ts' } },
  { ...node, entryPoints: { exampleYaml: 'src/core/dataset/exampleYaml.ts' } },
  {
    ...node,
    entryPoints: {
      prepareWorker: 'src/workers/prepareWorker.ts',
      datasetWorker: 'src/workers/datasetWorker.ts',
      tokenWorker: 'src/workers/tokenWorker.ts',
      validationWorker: 'src/workers/validationWorker.ts',
      engine: 'src/engine/main.ts',
      generatorThread: 'src/engine/generatorThread.ts',
      trainerThread: 'src/engine/trainerThread.ts',
    },
  },
  {
    ...browser,
    entryPoints: {
      'webview/metrics': 'webview/metrics/main.ts',
      'webview/chat': 'webview/chat/main.ts',
      'webview/statistics': 'webview/statistics/main.ts',
    },
  },
];

async function main() {
  fs.rmSync('dist', { recursive: true, force: true });
  if (!watch) {
    await Promise.all(builds.map((options) => esbuild.build(options)));
    return;
  }
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
}

main().catch(() => process.exit(1));
