import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { reportVariable, type TestReport } from '../integration/report.ts';
import { bundleSuite, suiteFile } from './bundleSuite.ts';
import { openBrowserHost, type BrowserHost } from './browserHost.ts';
import { chooseHost, type TestHost } from './chooseHost.ts';
import { runInDesktop } from './desktopHost.ts';
import { createEngineHome } from './engineHome.ts';
import { repository, say } from './install.ts';
import { Lifetime } from './lifetime.ts';
import { copySample } from './sample.ts';

/**
 * Runs test/integration, or with `--measure` test/bench/host, inside a real VS Code on a copy of the sample project.
 * `--grep` picks tests by title,
 * TUNESMITH_TEST_VERBOSE=1 shows what tests and extension write to the console.
 */
const output = join(repository, 'out/test');
const reportFile = join(output, 'report.jsonl');
/** Longer than any single test may take. */
const patience = 240_000;

async function main(): Promise<void> {
  const { grep, measure } = parseArgs({ options: { grep: { type: 'string', default: '' }, measure: { type: 'boolean', default: false } } }).values;
  const extension = process.env['TUNESMITH_TEST_EXTENSION'] ?? repository;
  const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as { main: string };
  if (!existsSync(join(extension, manifest.main))) {
    throw new Error(`${manifest.main} is missing: build first, with npm run build.`);
  }
  await bundleSuite(measure ? 'bench/host' : 'integration');
  const host = await chooseHost();
  say(`${measure ? 'Measurements' : 'Integration tests'} in the ${host.kind} VS Code (${host.reason}).`);
  const lifetime = new Lifetime();
  try {
    process.exitCode = (await run(host, extension, grep, lifetime)) ? 0 : 1;
  } finally {
    await lifetime.dispose();
  }
}

async function run(host: TestHost, extension: string, grep: string, lifetime: Lifetime): Promise<boolean> {
  await mkdir(output, { recursive: true });
  await rm(join(output, 'logs'), { recursive: true, force: true });
  await writeFile(reportFile, '');
  const folder = await copySample(join(output, 'sample'));
  const environment = {
    [reportVariable]: reportFile,
    TUNESMITH_HOME: await createEngineHome(lifetime),
    TUNESMITH_TEST_GREP: grep,
  };
  const verbose = process.env['TUNESMITH_TEST_VERBOSE'] === '1';
  const lastLines: string[] = [];
  const onLog = (type: string, text: string): void => {
    lastLines.push(`${type}: ${text}`);
    lastLines.splice(0, lastLines.length - 40);
    if (verbose) {
      say(`    | ${text.replaceAll('\n', '\n    | ')}`);
    }
  };

  const printer = new Printer();
  let browser: BrowserHost | undefined;
  const settings = { folder, extension, tests: suiteFile, environment, onLog };
  const exit =
    host.kind === 'desktop'
      ? runInDesktop({ ...settings, ...host }, lifetime)
      : openBrowserHost(settings, lifetime).then((opened) => {
          browser = opened;
          return opened.exitCode;
        });
  const problem = await waitFor(exit, printer);
  printer.read();
  const passed = problem === undefined && printer.end?.failed === 0 && printer.end.passed > 0;
  if (!passed && (printer.end === undefined || printer.end.failed === 0)) {
    say(`\n${problem ?? 'The extension host ended before the suite did.'} Its last lines:`);
    say(lastLines.join('\n') || '(nothing)');
  }
  if (problem !== undefined && printer.running !== undefined) {
    printer.failures.push(`${printer.running}\n${problem}`.replaceAll('\n', '\n        '));
  }
  if (!passed && browser) {
    await browser.page.screenshot({ path: join(output, 'failed.png') }).catch(() => undefined);
    await browser.server.copyLogs(join(output, 'logs'));
    say('\nLogs and a screenshot of VS Code: out/test/logs, out/test/failed.png');
  }
  for (const failure of printer.failures) say(`\n  ✖ ${failure}`);
  const { passed: good, failed, skipped } = printer.end ?? { passed: printer.passed, failed: 1, skipped: 0 };
  // A run that went wrong without a failed test is a failure all the same.
  const bad = passed ? 0 : Math.max(1, failed);
  say(`\n${good} passed, ${bad} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return passed;
}

/** Undefined after an exit code of 0, else what went wrong. */
async function waitFor(exit: Promise<number>, printer: Printer): Promise<string | undefined> {
  const ended = exit.then(
    (code) => (code === 0 ? 'fine' : `VS Code ended with exit code ${code}.`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  for (;;) {
    const tick = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 200));
    const result = await Promise.race([ended, tick]);
    printer.read();
    if (result !== undefined) {
      return result === 'fine' ? undefined : result;
    }
    if (Date.now() - printer.lastChange > patience) {
      return `No test finished within ${patience / 1000} s.`;
    }
  }
}

/** Shows each result as soon as the suite has written it. */
class Printer {
  end: Extract<TestReport, { kind: 'end' }> | undefined;
  passed = 0;
  /** Repeated at the end, where a log that is cut at the front still shows them. */
  readonly failures: string[] = [];
  running: string | undefined;
  lastChange = Date.now();
  #lines = 0;
  #suite = '';

  read(): void {
    const lines = readFileSync(reportFile, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(this.#lines)) {
      this.#show(JSON.parse(line) as TestReport);
      this.lastChange = Date.now();
    }
    this.#lines = lines.length;
  }

  #show(line: TestReport): void {
    if (line.kind === 'end') {
      this.end = line;
      return;
    }
    if (line.kind === 'note') {
      say(`    ${line.text}`);
      return;
    }
    if (line.kind === 'start') {
      this.running = line.title.join(' › ');
      return;
    }
    this.running = undefined;
    const suiteTitle = line.title.slice(0, -1).join(' › ');
    if (suiteTitle !== this.#suite) {
      this.#suite = suiteTitle;
      say(`\n  ${suiteTitle}`);
    }
    const title = line.title.at(-1) ?? '';
    if (line.kind === 'pass') {
      this.passed += 1;
      say(`    ✔ ${title} (${line.milliseconds} ms)`);
    } else if (line.kind === 'skip') {
      say(`    - ${title} (skipped)`);
    } else {
      const message = toSources(line.message).replace(/^/gm, '        ');
      this.failures.push(`${line.title.join(' › ')}\n${message}`);
      say(`    ✖ ${title}\n${message}`);
    }
  }
}

/** The extension host takes stack traces into its own hands, so Node's source maps do not work there. */
function toSources(stack: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(`${suiteFile}.map`, 'utf8')) as SourceMapPayload);
  return stack.replace(/[^\s(]*integration\.js:(\d+):(\d+)/g, (place, line: string, column: string) => {
    const found = map.findEntry(Number(line) - 1, Number(column) - 1);
    return 'originalSource' in found
      ? `${relative(repository, join(output, found.originalSource))}:${found.originalLine + 1}:${found.originalColumn + 1}`
      : place;
  });
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
