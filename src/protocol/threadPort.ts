import type { Port } from './rpc.ts';

/** Either side of a worker thread: a `Worker`, or the `parentPort` inside of it. */
type Thread = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
};

export function threadPort(thread: Thread): Port {
  return {
    post: (message) => thread.postMessage(message),
    listen: (listener) => {
      thread.on('message', listener);
      return { dispose: () => void thread.off('message', listener) };
    },
  };
}
