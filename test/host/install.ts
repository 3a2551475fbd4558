import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

/**
 * A real VS Code (the server with its web workbench) and, where the machine has no browser, a Chromium, both from
 * the npm registry: no root, no compiler, no display. Kept outside node_modules because of their size.
 */
export const repository = resolve(import.meta.dirname, '..', '..');
export const toolsFolder = join(repository, '.vscode-test');

/** Exact pins: another version is another folder, so a change reinstalls. */
const codeServer = '4.139.1';
const chromium = '153.0.0';

type Component = {
  readonly name: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly title: string;
  readonly steps: (folder: string) => Promise<void>;
  /** Path inside the folder that must exist afterwards. */
  readonly proof: string;
};

const serverComponent: Component = {
  name: `code-server-${codeServer}`,
  packages: { 'code-server': codeServer },
  title: `VS Code 1.139.1 (code-server ${codeServer}, about 600 MB on disk)`,
  steps: async (folder) => {
    // Scripts would compile native modules that VS Code runs without; `npm ci` refuses the nested shrinkwrap.
    await npm(['install', '--ignore-scripts', '--omit=dev'], folder, '1/2 the server');
    const vscode = join(folder, 'node_modules/code-server/lib/vscode');
    await npm(['install', '--ignore-scripts', '--omit=dev'], vscode, '2/2 its dependencies');
  },
  proof: 'node_modules/code-server/lib/vscode/out/server-main.js',
};

const chromiumComponent: Component = {
  name: `chromium-${chromium}`,
  packages: { '@sparticuz/chromium': chromium },
  title: `Chromium (@sparticuz/chromium ${chromium}, about 200 MB on disk)`,
  steps: async (folder) => {
    await npm(['install', '--ignore-scripts', '--omit=dev'], folder, '1/2 the package');
    const unpack = [
      `import chromium, { inflate } from '@sparticuz/chromium';`,
      `await chromium.executablePath();`,
      // Libraries for machines without libnss3.
      `await inflate('node_modules/@sparticuz/chromium/bin/al2023.tar.br');`,
    ].join('\n');
    // The package unpacks into the temporary folder; ours must be the user's own and must stay.
    const environment = { ...process.env, TMPDIR: folder };
    await step('2/2 unpacking', process.execPath, ['--input-type=module', '-e', unpack], folder, environment);
    await rm(join(folder, 'node_modules'), { recursive: true });
  },
  proof: 'chromium',
};

/** Path of VS Code's `server-main.js`, installed on first use. */
export async function installServer(): Promise<string> {
  return join(await install(serverComponent), serverComponent.proof);
}

/** Folder with `chromium`, its `fonts` and `al2023/lib`, installed on first use. Linux x64 only. */
export async function installChromium(): Promise<string> {
  return install(chromiumComponent);
}

async function install(component: Component): Promise<string> {
  const target = join(toolsFolder, component.name);
  const stamp = JSON.stringify({ ...component.packages, node: process.version.split('.')[0] });
  if (await isInstalled(target, stamp)) {
    return target;
  }
  const started = Date.now();
  say(`Installing into .vscode-test (once): ${component.title}`);
  const temporary = join(toolsFolder, `tmp-${component.name}-${process.pid}`);
  await removeLeftovers(component);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const manifest = { private: true, dependencies: component.packages };
    await writeFile(join(temporary, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await component.steps(temporary);
    if (!existsSync(join(temporary, component.proof))) {
      throw new Error(`${component.proof} is missing after the installation of ${component.name}.`);
    }
    await writeFile(join(temporary, 'stamp.json'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target).catch(async (error: unknown) => {
      // Another run may have finished the same installation meanwhile.
      if (!(await isInstalled(target, stamp))) {
        throw error;
      }
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  say(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  return target;
}

async function isInstalled(target: string, stamp: string): Promise<boolean> {
  return (await readFile(join(target, 'stamp.json'), 'utf8').catch(() => '')) === stamp;
}

/** Older versions, and what interrupted installations left behind an hour ago or earlier. */
async function removeLeftovers(component: Component): Promise<void> {
  const family = component.name.slice(0, component.name.lastIndexOf('-'));
  for (const name of await readdir(toolsFolder).catch(() => [])) {
    const path = join(toolsFolder, name);
    const stale =
      name.startsWith('tmp-') && Date.now() - (await stat(path).then((entry) => entry.mtimeMs, () => 0)) > 3_600_000;
    if (stale || (name.startsWith(`${family}-`) && name !== component.name)) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function npm(args: readonly string[], folder: string, title: string): Promise<void> {
  const all = [...args, '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const program = process.env['npm_execpath'];
  const environment = withoutNpm(process.env);
  return program !== undefined && basename(program) === 'npm-cli.js'
    ? step(title, process.execPath, [program, ...all], folder, environment)
    : step(title, 'npm', all, folder, environment);
}

/** npm tells its scripts about the project they run for; an installation elsewhere must not hear of it. */
export function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const project = /^npm_(package_|lifecycle_|command$|config_(local_prefix|global$|omit|include|workspace|dry_run))/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !project.test(name)));
}

function step(
  title: string,
  program: string,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const started = Date.now();
  const terminal = process.stdout.isTTY;
  const line = (): string => `  ${title} … ${((Date.now() - started) / 1000).toFixed(0)} s`;
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // npm is a batch file on Windows.
      shell: process.platform === 'win32' && program === 'npm',
    });
    let output = '';
    const collect = (data: Buffer): void => {
      output = (output + data.toString('utf8')).slice(-8_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setInterval(() => process.stdout.write(terminal ? `\r${line()}` : `${line()}\n`), terminal ? 500 : 5_000);
    const end = (error?: Error): void => {
      clearInterval(timer);
      process.stdout.write(`${terminal ? '\r' : ''}${line()}${error ? ' failed' : ''}\n`);
      if (error) {
        failed(error);
      } else {
        done();
      }
    };
    child.on('error', end);
    child.on('close', (code) => {
      const advice =
        'A reachable npm registry is needed once. With a desktop VS Code instead: VSCODE_EXECUTABLE_PATH=<its program>.';
      end(code === 0 ? undefined : new Error(`${program} ${args.join(' ')} failed (${code}).\n${output}\n${advice}`));
    });
  });
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
