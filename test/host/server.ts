import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installServer, withoutNpm } from './install.ts';
import { endGroup, killGroup, type Lifetime } from './lifetime.ts';

export type ServerOptions = {
  /** Settings of the (remote) machine. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of VS Code and so of the extension host; undefined removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Folder of a built extension to install as it would be from a VSIX. Unlike the development payload it needs no
   * test driver, which hides notifications, so this is what a person and the tour see.
   */
  readonly install?: string;
  /** Ask for workspace trust as a user's VS Code does; without it every folder is trusted. */
  readonly workspaceTrust?: boolean;
};

export type VSCodeServer = {
  readonly port: number;
  /** Fresh per run; removed at the end. */
  readonly dataFolder: string;
  readonly settingsFile: string;
  /** Address of the workbench with the connection token, without a folder an empty window; `extension` and `tests` make the development payload. */
  address(open: { readonly folder?: string; readonly extension?: string; readonly tests?: string }): string;
  /** Throws unless the workbench is served at this address. */
  check(address: string): Promise<void>;
  /** Copies VS Code's own logs for a person who looks for the reason of a failure. */
  copyLogs(target: string): Promise<void>;
};

const quietSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  // As on the desktop; in a browser VS Code saves by itself.
  'files.autoSave': 'off',
  // Nothing here listens for a browser; the search for ports starts processes and takes more than many a measurement.
  'remote.autoForwardPortsSource': 'output',
};

/** Starts a real VS Code on 127.0.0.1 behind a random token; `lifetime` ends it with everything it starts. */
export async function startServer(options: ServerOptions, lifetime: Lifetime): Promise<VSCodeServer> {
  const program = await installServer();
  const dataFolder = await mkdtemp(join(tmpdir(), 'tunesmith-vscode-'));
  const removal = { recursive: true, force: true, maxRetries: 5 };
  lifetime.add(
    () => rm(dataFolder, removal),
    () => rmSync(dataFolder, removal),
  );
  const settingsFile = join(dataFolder, 'data/Machine/settings.json');
  await mkdir(join(dataFolder, 'data/Machine'), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));

  const extensions = join(dataFolder, 'extensions');
  await mkdir(extensions);
  if (options.install !== undefined) {
    await install(options.install, extensions);
  }

  const token = randomBytes(24).toString('hex');
  const tokenFile = join(dataFolder, 'token');
  // In a file because everybody on the machine sees arguments.
  await writeFile(tokenFile, token, { mode: 0o600 });

  const child = spawn(
    process.execPath,
    [
      program,
      ...['--host', '127.0.0.1', '--port', '0', '--connection-token-file', tokenFile],
      ...['--accept-server-license-terms', '--server-data-dir', dataFolder, '--telemetry-level', 'off'],
      ...['--extensions-dir', extensions],
      // Without it the built workbench silently ignores the extension under development.
      ...(options.install === undefined ? ['--enable-smoke-test-driver'] : []),
      ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ],
    {
      cwd: dataFolder,
      env: { ...serverEnvironment(), ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its extension hosts end with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  );
  lifetime.add(
    () => endGroup(child),
    () => killGroup(child, 'SIGKILL'),
  );

  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`VS Code did not start within 60 s.\n${output}`)), 60_000);
    const read = (data: Buffer): void => {
      output = (output + data.toString('utf8')).slice(-8_000);
      const found = /agent listening on (\d+)/.exec(output)?.[1];
      if (found !== undefined) {
        clearTimeout(timer);
        resolve(Number(found));
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`VS Code ended while it started (${code}).\n${output}`));
    });
  });

  return {
    port,
    dataFolder,
    settingsFile,
    address: (open) => address(port, token, open),
    check,
    copyLogs: async (target) => {
      await cp(join(dataFolder, 'data/logs'), target, { recursive: true, force: true });
    },
  };
}

function address(
  port: number,
  token: string,
  open: { readonly folder?: string; readonly extension?: string; readonly tests?: string },
): string {
  // Exactly this authority: with `remote` or `localhost` nothing is loaded, and nothing is said.
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${pathToFileURL(path).pathname}`;
  const payload = [
    ...(open.extension === undefined ? [] : [['extensionDevelopmentPath', remote(open.extension)]]),
    ...(open.tests === undefined ? [] : [['extensionTestsPath', remote(open.tests)]]),
  ];
  const place = open.folder === undefined ? { ew: 'true' } : { folder: pathToFileURL(open.folder).pathname };
  const query = new URLSearchParams({ tkn: token, ...place });
  if (payload.length > 0) {
    query.set('payload', JSON.stringify(payload));
  }
  return `http://127.0.0.1:${port}/?${query.toString().replaceAll('+', '%20')}`;
}

/** Copies instead of links: VS Code knows whose code calls it by the real path of its file. */
async function install(extension: string, extensions: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(extension, 'package.json'), 'utf8')) as Record<string, string>;
  const target = join(extensions, `${manifest['publisher']}.${manifest['name']}-${manifest['version']}`);
  await mkdir(target);
  for (const entry of await readdir(extension)) {
    if (/^(dist|media|package(\.nls.*)?\.json|README\.md|.*\.js)$/.test(entry)) {
      await cp(join(extension, entry), join(target, entry), { recursive: true });
    }
  }
}

async function check(address: string): Promise<void> {
  // The first answer turns the token into a cookie, which `fetch` does not keep.
  const first = await fetch(address, { redirect: 'manual' });
  const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const target = new URL(first.headers.get('location') ?? address, address);
  const page = await fetch(target, { headers: { cookie } });
  if (!page.ok || !(await page.text()).includes('workbench')) {
    throw new Error(`VS Code answered ${first.status}, then ${page.status}, at ${address}.`);
  }
}

/** A terminal inside VS Code passes on variables that would tie the new VS Code to the old one. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(withoutNpm(process.env));
  return Object.fromEntries(inherited.filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)));
}
