import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { toolsFolder } from './install.ts';

export type TestHost =
  | { readonly kind: 'desktop'; readonly executable: string; readonly virtualDisplay: boolean; readonly reason: string }
  | { readonly kind: 'browser'; readonly reason: string };

const updateServer = 'https://update.code.visualstudio.com/api/releases/stable';

/** The desktop VS Code where one can be had, else the browser host; TUNESMITH_TEST_HOST decides against that. */
export async function chooseHost(environment: NodeJS.ProcessEnv = process.env): Promise<TestHost> {
  const forced = environment['TUNESMITH_TEST_HOST'] ?? '';
  if (forced === 'browser') {
    return { kind: 'browser', reason: 'TUNESMITH_TEST_HOST=browser' };
  }
  if (forced !== '' && forced !== 'desktop') {
    throw new Error(`TUNESMITH_TEST_HOST is "${forced}". It can be desktop or browser.`);
  }
  const desktop = await findDesktop(environment);
  if (typeof desktop !== 'string') {
    return desktop;
  }
  if (forced === 'desktop') {
    throw new Error(`TUNESMITH_TEST_HOST=desktop, but ${desktop}. VSCODE_EXECUTABLE_PATH can name a VS Code.`);
  }
  return { kind: 'browser', reason: desktop };
}

/** The desktop host, or why there is none. */
async function findDesktop(environment: NodeJS.ProcessEnv): Promise<TestHost | string> {
  const headless =
    process.platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY'];
  const virtualDisplay = headless && isOnPath('xvfb-run', environment);
  const named = environment['VSCODE_EXECUTABLE_PATH'];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) {
      throw new Error(`VSCODE_EXECUTABLE_PATH names ${named}, which does not exist.`);
    }
    return { kind: 'desktop', executable: named, virtualDisplay, reason: 'VSCODE_EXECUTABLE_PATH' };
  }
  if (headless && !virtualDisplay) {
    return 'this machine has no display and no xvfb-run';
  }
  const downloaded = existsSync(toolsFolder) && readdirSync(toolsFolder).some((name) => name.startsWith('vscode-'));
  if (!downloaded && !(await answers(updateServer))) {
    return 'no desktop VS Code can be downloaded here';
  }
  try {
    const executable = await downloadAndUnzipVSCode({
      version: 'stable',
      cachePath: toolsFolder,
      timeout: 60_000,
      reporter: new SilentReporter(),
    });
    return { kind: 'desktop', executable, virtualDisplay, reason: `downloaded to ${toolsFolder}` };
  } catch (error) {
    return `the download of a desktop VS Code failed (${error instanceof Error ? error.message : String(error)})`;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

function isOnPath(program: string, environment: NodeJS.ProcessEnv): boolean {
  return findOnPath(program, environment) !== undefined;
}

export function findOnPath(program: string, environment: NodeJS.ProcessEnv): string | undefined {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending))).find(existsSync);
}
