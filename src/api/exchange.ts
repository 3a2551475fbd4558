import type { PageQuery, RetrievedJob, ServiceOptions } from '../core/providers/port.ts';
import type { CallKind } from '../core/providers/retryPlan.ts';
import type { WireJob, WirePage } from '../core/providers/wire.ts';
import { parsePage } from './answers.ts';
import { boundFetch, usualBounds, type Bounds } from './bounds.ts';
import { readJson } from './body.ts';
import { WireClient, type Fetch } from './client.ts';
import { readBody } from './download.ts';
import { notDeleted, toServiceError, webPage } from './errors.ts';
import { isFields } from './fields.ts';
import { requestIdOf } from './requestId.ts';
import { realPauses, withRetries, type Pauses } from './retry.ts';
import { withoutCopies } from './streamedBody.ts';
import { isWebPage } from './webPage.ts';

/** What a service is made with: what the port says, and what a test puts in the place of the world. */
export type ExchangeOptions = ServiceOptions & {
  readonly fetch?: Fetch;
  readonly pauses?: Pauses;
  readonly bounds?: Bounds;
};

type RequestSettings = { readonly signal: AbortSignal; readonly maxRetries: 0 };
/** What the SDK promises: an answer that was read, and what came before it. */
type Answer = { withResponse(): Promise<{ readonly data: unknown; readonly response: Response }> };

/**
 * Questions to one service and their answers, understood or translated into ServiceErrors. Every request is made by
 * the SDK's client, which repeats nothing itself.
 */
export class Exchange {
  readonly options: ExchangeOptions;
  /** For everything but files: its answers are bounded. */
  readonly client: WireClient;
  readonly fetch: Fetch;
  readonly #downloads: WireClient;
  readonly #pauses: Pauses;

  constructor(options: ExchangeOptions) {
    this.options = options;
    this.fetch = withoutCopies(options.fetch ?? ((url, init) => fetch(url, init)));
    this.client = new WireClient({ ...options, fetch: boundFetch(this.fetch, options.bounds ?? usualBounds) });
    this.#downloads = new WireClient({ ...options, fetch: this.fetch });
    this.#pauses = options.pauses ?? realPauses;
  }

  /** Asks, and asks again where the kind of call allows; `parse` throws ServiceErrors for what it cannot read. */
  ask<T>(
    kind: CallKind,
    signal: AbortSignal,
    request: (settings: RequestSettings) => PromiseLike<unknown>,
    parse: (value: unknown) => T,
  ): Promise<T> {
    return withRetries(kind, signal, this.#pauses, async () => {
      try {
        return parse(readJson(await request({ signal, maxRetries: 0 })));
      } catch (error) {
        throw this.toError(error, signal);
      }
    });
  }

  /** Asks for one job, and notes what the service calls the question. */
  async askForJob(signal: AbortSignal, request: (settings: RequestSettings) => Answer, parse: (value: unknown) => WireJob): Promise<RetrievedJob> {
    let requestId: string | undefined;
    const answer = async (settings: RequestSettings): Promise<unknown> => {
      const { data, response } = await request(settings).withResponse();
      requestId = requestIdOf(response.headers);
      return data;
    };
    const job = await this.ask('read', signal, answer, parse);
    return requestId === undefined ? { job } : { job, requestId };
  }

  /** Asks for something to be done once; that it succeeded is all there is to know, in whatever words. */
  async tell(signal: AbortSignal, request: (settings: RequestSettings) => PromiseLike<unknown>): Promise<void> {
    try {
      const answer = await request({ signal, maxRetries: 0 });
      if (typeof answer === 'string' && isWebPage(answer)) throw webPage();
      if (isFields(answer) && answer['deleted'] === false) throw notDeleted();
    } catch (error) {
      throw this.toError(error, signal);
    }
  }

  /** One page of a list; `after` is the id of the last item that is known. */
  list<T extends { readonly id: string }>(
    path: string,
    query: PageQuery & { readonly purpose?: string },
    parse: (item: unknown) => T,
    signal: AbortSignal,
  ): Promise<WirePage<T>> {
    // The SDK's page classes take any success for an empty list; the raw answer tells a wrong address from one.
    return this.ask(
      'read',
      signal,
      (settings) => this.client.get<unknown>(path, { query, ...settings }),
      (value) => parsePage(value, parse, query.after),
    );
  }

  /** The bytes of a file, at most `maxBytes` of them. */
  download(path: string, signal: AbortSignal, maxBytes = 64 * 1024 * 1024): Promise<Uint8Array> {
    return withRetries('download', signal, this.#pauses, async () => {
      try {
        const settings = { headers: { Accept: 'application/binary' }, __binaryResponse: true, signal, maxRetries: 0 };
        return await readBody(await this.#downloads.get<Response>(path, settings), maxBytes);
      } catch (error) {
        throw this.toError(error, signal);
      }
    });
  }

  toError(error: unknown, signal: AbortSignal): ReturnType<typeof toServiceError> {
    return toServiceError(error, signal, this.options.apiKey);
  }
}
