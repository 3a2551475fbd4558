import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

/**
 * The words of the memory shared with a pool thread: two counters that each side waits for, whether the thread has
 * ended, where the message is (1 = on the port), the answer (0 = done, 1 = on the port), and the fields of a kernel:
 * its number, first and last element, the number of its buffers and their addresses.
 */
const at = { asked: 0, answered: 1, ended: 2, onPort: 3, answerOnPort: 4, kernel: 5, begin: 6, end: 7, buffers: 8, first: 9 };
/** jax-js gives a kernel at most 64 inputs. */
const maxBuffers = 128;
/** A blocked thread returns to JavaScript this often, where it can be terminated. */
const wakeMs = 500;
/** Before it sleeps, a thread looks this long for the next kernel or the answer: both mostly come sooner. */
const lookMs = 0.06;

export type KernelMessage = {
  readonly type: 'kernel';
  readonly kernelHash: string;
  readonly ptrs: readonly number[];
  readonly begin: number;
  readonly end: number;
};

/** Whether a message of jax-js asks for a share of a kernel. */
export function isKernel(message: unknown): message is KernelMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'kernel';
}

/**
 * The program of a pool thread around the library's worker code. It sleeps until `asked` changes, takes the message
 * from the port or, for a kernel that it knows, from the shared words, and says that it is done in `answered`.
 */
const program = (code: string): string => `
const { workerData, receiveMessageOnPort } = require('node:worker_threads');
const { port, words, at } = workerData;
const kernels = [];
const self = {};
let answer;
const postMessage = (message) => { answer = message; };
process.on('exit', () => { Atomics.store(words, at.ended, 1); Atomics.notify(words, at.answered); });
(function () { ${code}
})();
function takeMessage() {
  if (words[at.onPort] === 1) {
    const { message } = receiveMessageOnPort(port);
    if (message.type === 'kernel') kernels.push({ type: 'kernel', kernelHash: message.kernelHash, module: message.module });
    return message;
  }
  const ptrs = Array.from(words.subarray(at.first, at.first + words[at.buffers]), (address) => address >>> 0);
  return { ...kernels[words[at.kernel]], ptrs, begin: words[at.begin], end: words[at.end] };
}
port.postMessage('ready');
for (let done = 0, open = true; open; ) {
  for (const end = performance.now() + ${lookMs}; Atomics.load(words, at.asked) === done && performance.now() < end; ) {}
  Atomics.wait(words, at.asked, done, ${wakeMs});
  if (Atomics.load(words, at.asked) === done) continue;
  done = (done + 1) | 0;
  const message = takeMessage();
  if (message === 'stop') {
    open = false;
  } else {
    self.onmessage({ data: message });
    words[at.answerOnPort] = answer.ok === true ? 0 : 1;
    if (answer.ok !== true) port.postMessage(answer);
  }
  Atomics.store(words, at.answered, done);
  Atomics.notify(words, at.answered);
}
port.close();
`;

/** One thread of the pool. Messages and answers alternate; nothing of it goes through the message loop. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #exit: Promise<void>;
  /** The numbers of the kernels that the thread knows. */
  readonly #kernels = new Map<string, number>();
  #asked = 0;

  private constructor(worker: Worker, port: MessagePort, words: Int32Array) {
    this.#worker = worker;
    this.#port = port;
    this.#words = words;
    this.#exit = new Promise((resolve) => {
      worker.once('exit', () => resolve());
    });
  }

  /** Starts a thread with the library's worker code, which expects `self` and `postMessage`. */
  static async start(code: string): Promise<PoolThread> {
    const { port1, port2 } = new MessageChannel();
    const words = new Int32Array(new SharedArrayBuffer((at.first + maxBuffers) * Int32Array.BYTES_PER_ELEMENT));
    const worker = new Worker(program(code), {
      eval: true,
      workerData: { port: port2, words, at },
      transferList: [port2],
    });
    const thread = new PoolThread(worker, port1, words);
    await new Promise<void>((resolve, reject) => {
      port1.once('message', () => resolve());
      worker.once('error', reject);
    });
    // From here on the port is read only by hand, and must not keep the thread alive.
    port1.unref();
    return thread;
  }

  post(message: unknown): void {
    const words = this.#words;
    const number = isKernel(message) ? this.#kernels.get(message.kernelHash) : undefined;
    if (isKernel(message) && number !== undefined) {
      words[at.onPort] = 0;
      words[at.kernel] = number;
      words[at.begin] = message.begin;
      words[at.end] = message.end;
      words[at.buffers] = message.ptrs.length;
      words.set(message.ptrs, at.first);
    } else {
      words[at.onPort] = 1;
      if (isKernel(message)) {
        this.#kernels.set(message.kernelHash, this.#kernels.size);
      }
      this.#port.postMessage(message);
    }
    this.#asked = (this.#asked + 1) | 0;
    Atomics.store(words, at.asked, this.#asked);
    Atomics.notify(words, at.asked);
  }

  /**
   * Blocks until the thread has answered.
   * @throws Error if the thread has ended
   */
  waitForAnswer(): unknown {
    const before = (this.#asked - 1) | 0;
    const end = performance.now() + lookMs;
    while (Atomics.load(this.#words, at.answered) === before && performance.now() < end) {
      // Looking again is all there is to do.
    }
    while (Atomics.load(this.#words, at.answered) !== this.#asked) {
      if (Atomics.load(this.#words, at.ended) !== 0) {
        throw new Error('A thread of the worker pool has ended');
      }
      Atomics.wait(this.#words, at.answered, before, wakeMs);
    }
    if (this.#words[at.answerOnPort] === 0) {
      return { type: 'done', ok: true };
    }
    return (receiveMessageOnPort(this.#port) as { readonly message: unknown } | undefined)?.message;
  }

  async stop(): Promise<void> {
    this.post('stop');
    await this.#exit;
    this.#port.close();
    await this.#worker.terminate();
  }
}
