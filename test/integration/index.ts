import { inspect } from 'node:util';
import Mocha from 'mocha';
import { report, reportVariable } from './report.ts';

/**
 * Runs the suite inside the extension host; `load` requires the test files once mocha's globals exist. Resolves if
 * nothing failed, which is what both hosts turn into their exit code.
 */
export async function runSuite(load: () => void): Promise<void> {
  // Without a runner that reads the report, as in the debugger, the console is where results are looked for.
  const reporter = process.env[reportVariable] === undefined ? 'spec' : Silent;
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, slow: 5_000, reporter });
  const pattern = process.env['TUNESMITH_TEST_GREP'];
  if (pattern !== undefined && pattern !== '') {
    mocha.grep(pattern);
  }
  mocha.suite.emit('pre-require', globalThis, 'integration', mocha);
  load();

  let [passed, failed, skipped] = [0, 0, 0];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('test', (test) => report({ kind: 'start', title: test.titlePath() }));
    runner.on('pass', (test) => {
      passed += 1;
      report({ kind: 'pass', title: test.titlePath(), milliseconds: test.duration ?? 0 });
    });
    runner.on('fail', (test, error) => {
      failed += 1;
      report({ kind: 'fail', title: test.titlePath(), message: describe(error) });
    });
    runner.on('pending', (test) => {
      skipped += 1;
      report({ kind: 'skip', title: test.titlePath() });
    });
  });
  report({ kind: 'end', passed, failed, skipped });
  if (passed + failed === 0) {
    throw new Error('No test ran.');
  }
  if (failed > 0) {
    throw new Error(`${failed} of ${passed + failed} integration tests failed.`);
  }
}

/** The report file has it all; the console of the host stays free for what the tests themselves write. */
class Silent extends Mocha.reporters.Base {}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return inspect(error);
  }
  const cause = error.cause === undefined ? '' : `\nCause: ${inspect(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
