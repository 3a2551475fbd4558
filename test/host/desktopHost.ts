import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import type { Lifetime } from './lifetime.ts';

type DesktopRun = {
  readonly executable: string;
  /** Run below xvfb-run: Linux without a display. */
  readonly virtualDisplay: boolean;
  readonly folder: string;
  readonly extension: string;
  /** Module that exports `run(): Promise<void>`, run inside the extension host. */
  readonly tests: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLog?: (type: string, text: string) => void;
};

/** Runs the compiled suite in a desktop VS Code; resolves with its exit code. */
export async function runInDesktop(run: DesktopRun, lifetime: Lifetime): Promise<number> {
  // Short, because VS Code puts a socket in it.
  const data = await mkdtemp(join(tmpdir(), 'ts-code-'));
  lifetime.add(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  await mkdir(join(data, 'User'), { recursive: true });
  const settings = { 'workbench.startupEditor': 'none', 'chat.disableAIFeatures': true, 'telemetry.telemetryLevel': 'off' };
  await writeFile(join(data, 'User/settings.json'), JSON.stringify(settings));
  try {
    return await runTests({
      vscodeExecutablePath: run.virtualDisplay ? await belowXvfb(run.executable, data) : run.executable,
      extensionDevelopmentPath: run.extension,
      extensionTestsPath: run.tests,
      extensionTestsEnv: { ...run.environment },
      launchArgs: [
        run.folder,
        `--user-data-dir=${data}`,
        `--extensions-dir=${join(data, 'extensions')}`,
        '--disable-extensions',
        // A Linux without a keyring would ask a question that nobody answers.
        '--password-store=basic',
      ],
      stdout: toLog('log', run.onLog),
      stderr: toLog('error', run.onLog),
    });
  } catch (error) {
    if (error instanceof TestRunFailedError) {
      return error.code ?? 1;
    }
    throw error;
  }
}

async function belowXvfb(executable: string, folder: string): Promise<string> {
  const script = join(folder, 'code-below-xvfb');
  await writeFile(script, `#!/bin/sh\nexec xvfb-run -a '${executable.replaceAll("'", `'\\''`)}' "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

function toLog(type: string, onLog: DesktopRun['onLog']): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      onLog?.(type, chunk.toString('utf8').trimEnd());
      done();
    },
  });
}
