import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from './chooseHost.ts';
import { endNewEngine } from './engineHome.ts';
import { repository, say } from './install.ts';
import { Lifetime } from './lifetime.ts';
import { copySample } from './sample.ts';
import { startServer } from './server.ts';

/**
 * `npm start`: VS Code with the extension of this repository and a copy of the sample project. TUNESMITH_TEST_HOST
 * chooses desktop or browser as it does for tests; TUNESMITH_START_EXIT_AFTER_READY=1 ends it once VS Code answers.
 */
const firstSteps = `What to do there first:
  1. Open science.recipe.json and choose Run above its first line: rows become a training file.
  2. In the training file, choose + at the top right (Create Fine-Tuning Job…) and accept what it proposes.
  3. The Tunesmith icon in the activity bar shows the job; when it has finished: Show Metrics, Chat.
Everything runs on this machine; no account is needed.

Without a person, with screenshots in out/tour: npm run tour
Ctrl+C here ends what was started.`;

async function main(): Promise<void> {
  const lifetime = new Lifetime();
  try {
    const folder = await copySample(join(repository, 'out/start/sample'));
    await endNewEngine(lifetime);
    const code = desktopProgram();
    const opened = code === undefined ? await openServer(folder, lifetime) : await openDesktop(code, folder, lifetime);
    say(`\n${firstSteps}\n`);
    if (process.env['TUNESMITH_START_EXIT_AFTER_READY'] !== '1') {
      await opened.ended;
    }
  } finally {
    await lifetime.dispose();
  }
}

/** A VS Code that answers. */
type Opened = { readonly ended: Promise<void> };

/** The `code` of the PATH where it can open a window of this machine. */
function desktopProgram(): string | undefined {
  const forced = process.env['TUNESMITH_TEST_HOST'];
  const named = process.env['VSCODE_EXECUTABLE_PATH'];
  const program = named !== undefined && named !== '' ? named : findOnPath('code', process.env);
  if (forced === 'desktop' && program === undefined) {
    throw new Error('TUNESMITH_TEST_HOST=desktop, but there is no code on the PATH. VSCODE_EXECUTABLE_PATH can name one.');
  }
  const display =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);
  // In a remote terminal of VS Code, `code` is another program, which knows no development path.
  const remote = process.env['VSCODE_IPC_HOOK_CLI'] !== undefined;
  return forced === 'desktop' || (forced !== 'browser' && display && !remote) ? program : undefined;
}

async function openServer(folder: string, lifetime: Lifetime): Promise<Opened> {
  const settings = { 'workbench.secondarySideBar.defaultVisibility': 'hidden' };
  const server = await startServer({ settings, install: repository }, lifetime);
  const address = server.address({ folder });
  await server.check(address);
  say(`VS Code with Tunesmith and the sample project is at\n\n  ${address}\n\nOpen it in a browser on this machine.`);
  if (process.env['SSH_CONNECTION'] !== undefined) {
    say(`From elsewhere, forward the port first: ssh -L ${server.port}:127.0.0.1:${server.port} <this machine>`);
  }
  // Only Ctrl+C ends a server.
  return { ended: new Promise<never>(() => undefined) };
}

/** A VS Code of its own, with its own data folder, so that it can be ended without touching the user's windows. */
async function openDesktop(program: string, folder: string, lifetime: Lifetime): Promise<Opened> {
  const data = await mkdtemp(join(tmpdir(), 'ts-code-'));
  lifetime.add(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  await mkdir(join(data, 'User'), { recursive: true });
  await writeFile(join(data, 'User/settings.json'), JSON.stringify({ 'workbench.startupEditor': 'none' }));
  lifetime.add(() => endDesktop(data), () => signalDesktop(data, 'SIGKILL'));
  const shell = process.platform === 'win32';
  const args = [
    `--extensionDevelopmentPath=${repository}`,
    `--user-data-dir=${data}`,
    '--new-window',
    '--disable-workspace-trust',
    '--skip-welcome',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    folder,
  ];
  const quote = (text: string): string => (shell ? `"${text}"` : text);
  const child = spawn(quote(program), args.map(quote), { stdio: 'ignore', detached: !shell, shell, windowsHide: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  await until(() => desktopProcess(data) !== undefined, 60_000, `${program} did not start VS Code within 60 s.`);
  say(`VS Code with Tunesmith and the sample project opens now (${program}).`);
  return { ended: until(() => desktopProcess(data) === undefined, Infinity, '') };
}

/** VS Code's main process notes its id in its data folder. */
function desktopProcess(data: string): number | undefined {
  try {
    const id = Number(readFileSync(join(data, 'code.lock'), 'utf8'));
    process.kill(id, 0);
    return id;
  } catch {
    return undefined;
  }
}

function signalDesktop(data: string, signal: NodeJS.Signals): void {
  const id = desktopProcess(data);
  if (id !== undefined) {
    process.kill(id, signal);
  }
}

async function endDesktop(data: string): Promise<void> {
  signalDesktop(data, 'SIGTERM');
  await until(() => desktopProcess(data) === undefined, 5_000, '').catch(() => signalDesktop(data, 'SIGKILL'));
}

async function until(condition: () => boolean, milliseconds: number, message: string): Promise<void> {
  for (const started = Date.now(); !condition(); ) {
    if (Date.now() - started > milliseconds) {
      throw new Error(message);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
