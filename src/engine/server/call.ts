import type { IncomingMessage } from 'node:http';
import type { Store } from '../store/store.ts';
import type { Faults } from './faults.ts';
import type { GeneratorHost } from './generatorHost.ts';
import type { Jobs } from './jobs.ts';
import type { JsonObject } from './jsonBody.ts';

/** What the handlers work on. */
export type Engine = {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly generator: GeneratorHost;
  /** Made on purpose, for the tests of clients; absent in the product. */
  readonly faults?: Faults;
  /** Result files are handed out in base64, as the service does. */
  readonly base64Results: boolean;
  readonly version: string;
  readonly startedAt: number;
  /** Unix seconds. */
  readonly now: () => number;
  /** Unix seconds by which things expire; a clock that jumps by years expires nothing. */
  readonly expiryNow: () => number;
  /** Begins to end the engine; the answer to the request that asked for it is still sent. */
  readonly shutDown: () => void;
};

/** One request that has passed the gate. */
export type Call = {
  readonly request: IncomingMessage;
  /** Decoded values of the placeholders in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body, empty where the route takes none. */
  readonly body: JsonObject;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
};

export type Answer =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly length: number; readonly chunks: AsyncIterable<Uint8Array> }
  /** Server-sent events, one JSON text each; the stream's end mark is written by the server. */
  | { readonly kind: 'events'; readonly events: AsyncIterable<string> };

export type Handler = (engine: Engine, call: Call) => Promise<Answer>;

export function json(body: unknown): Answer {
  return { kind: 'json', body };
}

/** The value of a placeholder that the route is known to have. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}
