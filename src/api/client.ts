import { OpenAI, type ClientOptions } from 'openai';
import { isEntraToken } from '../core/providers/azureAddress.ts';
import { usableHeaders } from '../core/providers/headers.ts';
import type { ServiceOptions } from '../core/providers/port.ts';

/** An HTTP function with the shape of the global `fetch`; a caller brings its own for a proxy. */
export type Fetch = NonNullable<ClientOptions['fetch']>;

/** Milliseconds until an ordinary call is given up; uploads and answers of models have their own. */
const callTimeout = 60_000;

/**
 * The SDK's client without its habit of configuring itself from `OPENAI_*` environment variables, which could
 * otherwise send a key or a training file to somebody else: every option that has such a default is given.
 */
export class WireClient extends OpenAI {
  constructor(options: ServiceOptions & { readonly fetch?: Fetch }) {
    const defaultHeaders = toHeaders(options);
    super({
      baseURL: options.baseURL,
      // The SDK refuses to start without a credential; the header itself is removed where there is none.
      apiKey: options.apiKey ?? 'none',
      adminAPIKey: null,
      organization: options.organization ?? null,
      project: options.project ?? null,
      webhookSecret: null,
      timeout: callTimeout,
      maxRetries: 0,
      defaultHeaders,
      defaultQuery: {},
      dangerouslyAllowBrowser: false,
      // A redirect would carry the body, and within one origin the key, to where nobody has agreed to send it.
      fetchOptions: { redirect: 'manual' },
      logLevel: 'off',
      logger: silent,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    });
    // OPENAI_CUSTOM_HEADERS has no option: the constructor has merged its headers in, "Authorization" included.
    this._options.defaultHeaders = defaultHeaders;
  }
}

/** The platform headers of the SDK tell machine and runtime of the person; no service needs them. */
function toHeaders(options: ServiceOptions): Record<string, string | null> {
  return {
    'User-Agent': options.userAgent ?? 'Tunesmith',
    'X-Stainless-Lang': null,
    'X-Stainless-Package-Version': null,
    'X-Stainless-OS': null,
    'X-Stainless-Arch': null,
    'X-Stainless-Runtime': null,
    'X-Stainless-Runtime-Version': null,
    ...usableHeaders(options.headers),
    ...keyHeaders(options),
  };
}

/** A token of Entra ID belongs into `Authorization`, whatever the connection says about keys. */
function keyHeaders({ apiKey, keyHeader }: ServiceOptions): Record<string, string | null> {
  if (apiKey === null) return { Authorization: null };
  return keyHeader === 'api-key' && !isEntraToken(apiKey) ? { Authorization: null, 'api-key': apiKey } : {};
}

const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore };

function ignore(): void {
  // The SDK's own log may hold bodies of requests.
}
