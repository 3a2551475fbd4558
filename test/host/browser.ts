import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { installChromium } from './install.ts';

type BrowserProgram = {
  readonly path: string;
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** Older ones do not render the current workbench. */
const oldestMajor = 120;

/**
 * The machine's own Chromium, Chrome or Edge if it starts, else the one of the npm registry (Linux x64).
 * TUNESMITH_BROWSER names another program, or says `installed` for that of the registry.
 */
export async function findBrowser(): Promise<BrowserProgram> {
  const named = process.env['TUNESMITH_BROWSER'] ?? '';
  for (const path of named === 'installed' ? [] : named === '' ? candidates() : [named]) {
    if (existsSync(path) && (await isUsable(path))) {
      return { path, name: path, environment: {} };
    }
  }
  if (named !== '' && named !== 'installed') {
    throw new Error(`TUNESMITH_BROWSER names ${named}, which does not start as a browser of version ${oldestMajor} or later.`);
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    return installedChromium(await installChromium());
  }
  throw new Error(
    'No Chrome, Chromium or Edge was found. Install one, or name its program in TUNESMITH_BROWSER.',
  );
}

/** Also works without the machine's graphics and sound libraries, without root and without a display. */
export async function launchBrowser(program: BrowserProgram): Promise<Browser> {
  return chromium.launch({
    executablePath: program.path,
    headless: true,
    env: { ...(process.env as Record<string, string>), ...program.environment },
    // The host's own Lifetime ends the browser, in its order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
}

function candidates(): readonly string[] {
  if (process.platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      names.map((name) => join(folder, `${name}.app/Contents/MacOS/${name}`)),
    );
  }
  if (process.platform === 'win32') {
    const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => process.env[name] ?? []);
    const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
    return folders.flatMap((folder) => programs.map((program) => join(folder, program)));
  }
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

async function isUsable(path: string): Promise<boolean> {
  if (process.platform === 'win32') {
    // `--version` would open a window there.
    return true;
  }
  const version = await versionOf(path, {});
  return version !== undefined && version >= oldestMajor;
}

async function versionOf(path: string, environment: Readonly<Record<string, string>>): Promise<number | undefined> {
  try {
    const env = { ...process.env, ...environment };
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000, env });
    const major = /(\d+)\.\d+\.\d+/.exec(stdout)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}

async function installedChromium(folder: string): Promise<BrowserProgram> {
  const path = join(folder, 'chromium');
  const name = 'the installed headless Chromium';
  const fonts = { FONTCONFIG_FILE: await writeFontSettings(folder) };
  if ((await versionOf(path, {})) !== undefined) {
    return { path, name, environment: fonts };
  }
  const libraries = { LD_LIBRARY_PATH: join(folder, 'al2023/lib') };
  if ((await versionOf(path, libraries)) !== undefined) {
    return { path, name, environment: { ...fonts, ...libraries } };
  }
  throw new Error(`${path} does not start on this machine. Install Chrome or Chromium, or name one in TUNESMITH_BROWSER.`);
}

/** The same letters in every screenshot, and some letters on a machine without fonts. */
async function writeFontSettings(folder: string): Promise<string> {
  const prefer = (family: string, font: string): string =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const settings = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  ${prefer('system-ui', 'Open Sans')}
  ${prefer('sans-serif', 'Open Sans')}
  ${prefer('sans', 'Open Sans')}
  ${prefer('DejaVu Sans', 'Open Sans')}
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <cachedir>${folder}/fonts/cache</cachedir>
</fontconfig>
`;
  const file = join(folder, 'fonts/settings.conf');
  if ((await readFile(file, 'utf8').catch(() => '')) !== settings) {
    await writeFile(file, settings);
  }
  return file;
}
