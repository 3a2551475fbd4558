import { parentPort } from 'node:worker_threads';
import type { GeneratorCommand } from '../protocol/training.ts';
import { Generator } from './generate/generator.ts';

/** Entry of the generator thread: answers chats until it is terminated. See protocol/training.ts. */
const port = parentPort;
if (port === null) {
  throw new Error('The generator runs only as a worker thread');
}

const generator = new Generator((event) => port.postMessage(event));

port.on('message', (command: GeneratorCommand) => generator.take(command));
