import { parentPort } from 'node:worker_threads';
import { validation } from './validation.ts';
import type { Answer, Question } from './validationThread.ts';

/** Worker thread: carries out the parts of a validation that it is asked for, one at a time. */
parentPort?.on('message', (question: Question) => void carryOut(question).then((answer) => parentPort?.postMessage(answer)));

async function carryOut({ part, given }: Question): Promise<Answer> {
  try {
    return { value: await (validation[part] as (given: unknown) => Promise<unknown>)(given) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
