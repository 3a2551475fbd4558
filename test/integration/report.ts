import { appendFileSync } from 'node:fs';

/**
 * What the suite tells its runner, one JSON object a line: a file is the one channel that the desktop and the browser
 * host share and that neither decorates nor cuts.
 */
export type TestReport =
  | { readonly kind: 'start'; readonly title: readonly string[] }
  | { readonly kind: 'pass'; readonly title: readonly string[]; readonly milliseconds: number }
  | { readonly kind: 'fail'; readonly title: readonly string[]; readonly message: string }
  /** What a measurement has to say. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'skip'; readonly title: readonly string[] }
  | { readonly kind: 'end'; readonly passed: number; readonly failed: number; readonly skipped: number };

/** Environment variable with the path of the report file. */
export const reportVariable = 'TUNESMITH_TEST_REPORT';

export function report(line: TestReport): void {
  const file = process.env[reportVariable];
  if (file !== undefined) {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
}
