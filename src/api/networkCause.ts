/** Codes of failures before the request could leave: whatever was asked has certainly not happened. */
export const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EACCES',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of failures while an answer was awaited or read: what was asked may have happened. */
export const answerLost: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** The operating system's or HTTP library's code, wherever it is in the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  for (const link of chainOf(error)) {
    const { code } = link as { readonly code?: unknown };
    if (typeof code === 'string' && /^(E[A-Z]|UND_ERR|CERT_|DEPTH_|SELF_|UNABLE_|HOSTNAME_)/.test(code)) return code;
  }
  return undefined;
}

/** A proxy that refuses the way to the service; its status is told in a sentence only. */
export function proxyStatus(error: unknown): number | undefined {
  for (const { message } of chainOf(error)) {
    if (/proxy authentication required/i.test(message)) return 407;
    const status = /proxy[^\d]{0,80}\b([345]\d\d)\b/i.exec(message)?.[1];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

/** What Node's `fetch` throws where a redirect is not allowed; it does not say where to. */
export function isRedirect(error: unknown): boolean {
  return chainOf(error).some(({ message }) => message === 'unexpected redirect');
}

function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) {
    chain.push(link);
    // Several addresses of one host, each with its own failure.
    if (link instanceof AggregateError && link.errors[0] instanceof Error) chain.push(link.errors[0]);
  }
  return chain;
}

/** What Node's `fetch` throws when the socket ends in the middle of a body. */
export function isCutBody(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}
