import { Worker } from 'node:worker_threads';

const program = `
const { parentPort, workerData: { module, name, given } } = require('node:worker_threads');
const { inspect } = require('node:util');
import(module).then((all) => all[name](...given)).then(
  (value) => parentPort.postMessage({ value }),
  (error) => parentPort.postMessage({ error: inspect(error, { depth: 9 }) }),
);
`;

/**
 * Calls an exported function of a module in a thread of its own. The test runner follows every promise of its thread,
 * which would take longer than the thousands of trials themselves. A promise that is rejected behind the back of its
 * caller is an error.
 */
export function apart<T>(module: string, name: string, ...given: readonly unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData: { module: new URL(module, import.meta.url).href, name, given } });
    worker.once('message', (answer: { readonly value?: T; readonly error?: string }) => {
      // After the message a rejection may still come.
      setImmediate(() => void worker.terminate());
      if (answer.error === undefined) resolve(answer.value as T);
      else reject(new Error(answer.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
  });
}
