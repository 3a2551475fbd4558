/**
 * One small RPC for two programs that exchange messages and do not trust each other's code: each direction is an
 * interface of plain functions with at most one parameter, the receiver's handler object is the list of what may be
 * called, and a request can be cancelled by the caller and rejected by the callee. Nothing times out: a request ends
 * with an answer, a rejection, a cancellation or the end of the connection.
 */

/** Where messages go out and come in; both sides of a webview, a worker, or a pair in a test. */
export interface Port {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): { dispose(): void };
}

type Method = (params: never) => unknown;

/** An interface usable as one direction: all its members are functions of at most one parameter. */
export type Api<T> = { readonly [K in keyof T]: Method };

type Params<F> = F extends () => unknown ? undefined : F extends (params: infer P) => unknown ? P : never;
type Result<F> = F extends (params: never) => infer R ? Awaited<R> : never;
type Names<T> = keyof T & string;
type Arguments<F> = Params<F> extends undefined
  ? [params?: undefined, signal?: AbortSignal]
  : [params: Params<F>, signal?: AbortSignal];

/** What the receiving side offers. `signal` is aborted when the caller cancels or the connection ends. */
export type Handlers<T> = {
  readonly [K in Names<T>]: (params: Params<T[K]>, signal: AbortSignal) => Result<T[K]> | Promise<Result<T[K]>>;
};

/** The other side, as seen from here. */
export interface Remote<T> {
  /** Rejects with RpcError; `cancelled` as soon as `signal` is aborted, whatever the other side does. */
  call<K extends Names<T>>(method: K, ...args: Arguments<T[K]>): Promise<Result<T[K]>>;
  /** One way: no answer, no error. */
  tell<K extends Names<T>>(method: K, ...args: Params<T[K]> extends undefined ? [] : [params: Params<T[K]>]): void;
}

export interface Connection<T> extends Remote<T> {
  /** Rejects what is under way in both directions and stops listening. */
  dispose(): void;
}

type RpcErrorCode = 'unknownMethod' | 'failed' | 'cancelled' | 'closed';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

type Message =
  | { readonly rpc: 'request'; readonly id: number; readonly method: string; readonly params?: unknown }
  | { readonly rpc: 'notice'; readonly method: string; readonly params?: unknown }
  | { readonly rpc: 'cancel'; readonly id: number }
  | { readonly rpc: 'result'; readonly id: number; readonly value?: unknown }
  | { readonly rpc: 'error'; readonly id: number; readonly code: RpcErrorCode; readonly message: string };

type Pending = { resolve(value: unknown): void; reject(error: RpcError): void; release(): void };

/**
 * Joins a port: `handlers` answer the other side's calls, the result calls the other side.
 * `onFault` hears of a notice whose handler threw, since nobody waits for its answer.
 */
export function connect<Theirs extends Api<Theirs>, Ours extends Api<Ours>>(
  port: Port,
  handlers: Handlers<Ours>,
  onFault: (method: string, error: unknown) => void = () => undefined,
): Connection<Theirs> {
  const pending = new Map<number, Pending>();
  const running = new Map<number, AbortController>();
  const noticesUnderWay = new Set<AbortController>();
  let lastId = 0;
  let closed = false;

  const post = (message: Message): void => {
    if (!closed) port.post(message);
  };
  const settle = (id: number): Pending | undefined => {
    const found = pending.get(id);
    pending.delete(id);
    found?.release();
    return found;
  };

  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await invoke(handlers, method, params, controller.signal);
      post({ rpc: 'result', id, value });
    } catch (error) {
      const code = error instanceof RpcError ? error.code : controller.signal.aborted ? 'cancelled' : 'failed';
      post({ rpc: 'error', id, code, message: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  };

  const hear = async (method: string, params: unknown): Promise<void> => {
    const controller = new AbortController();
    noticesUnderWay.add(controller);
    try {
      await invoke(handlers, method, params, controller.signal);
    } catch (error) {
      onFault(method, error);
    } finally {
      noticesUnderWay.delete(controller);
    }
  };

  const subscription = port.listen((received) => {
    const message = parseMessage(received);
    if (closed || message === undefined) return;
    switch (message.rpc) {
      case 'request':
        void answer(message.id, message.method, message.params);
        return;
      case 'notice':
        void hear(message.method, message.params);
        return;
      case 'cancel':
        running.get(message.id)?.abort();
        return;
      case 'result':
        settle(message.id)?.resolve(message.value);
        return;
      case 'error':
        settle(message.id)?.reject(new RpcError(message.code, message.message));
    }
  });

  return {
    call(method, ...args) {
      const [params, signal] = args as [unknown, AbortSignal?];
      return new Promise((resolve, reject) => {
        if (closed) return reject(new RpcError('closed', `The connection is closed: ${method}`));
        if (signal?.aborted) return reject(new RpcError('cancelled', `Cancelled: ${method}`));
        const id = ++lastId;
        const cancel = (): void => {
          settle(id)?.reject(new RpcError('cancelled', `Cancelled: ${method}`));
          post({ rpc: 'cancel', id });
        };
        signal?.addEventListener('abort', cancel, { once: true });
        const release = (): void => signal?.removeEventListener('abort', cancel);
        pending.set(id, { resolve: (value) => resolve(value as never), reject, release });
        post({ rpc: 'request', id, method, params });
      });
    },
    tell(method, ...args) {
      post({ rpc: 'notice', method, params: args[0] });
    },
    dispose() {
      if (closed) return;
      closed = true;
      subscription.dispose();
      for (const id of [...pending.keys()]) settle(id)?.reject(new RpcError('closed', 'The connection is closed'));
      for (const controller of [...running.values(), ...noticesUnderWay]) controller.abort();
    },
  };
}

async function invoke(handlers: object, method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
  // Own properties only: `constructor` or `toString` of any object must not become callable from outside.
  const handler: unknown = Object.hasOwn(handlers, method) ? Reflect.get(handlers, method) : undefined;
  if (typeof handler !== 'function') throw new RpcError('unknownMethod', `No such method: ${method}`);
  return await (handler as (params: unknown, signal: AbortSignal) => unknown).call(handlers, params, signal);
}

function parseMessage(received: unknown): Message | undefined {
  if (typeof received !== 'object' || received === null) return undefined;
  const message = received as Partial<Record<'rpc' | 'id' | 'method' | 'code' | 'message', unknown>>;
  const hasId = Number.isSafeInteger(message.id);
  switch (message.rpc) {
    case 'request':
      return hasId && typeof message.method === 'string' ? (received as Message) : undefined;
    case 'notice':
      return typeof message.method === 'string' ? (received as Message) : undefined;
    case 'cancel':
    case 'result':
      return hasId ? (received as Message) : undefined;
    case 'error':
      return hasId && typeof message.code === 'string' ? (received as Message) : undefined;
    default:
      return undefined;
  }
}
