import type { Fetch } from './client.ts';

/**
 * `fetch` that keeps nothing of what it streams. The Fetch Standard copies a request that a redirect or another window
 * might repeat, and Node's copy of a streamed body stays in memory as a whole; nothing here is ever repeated.
 */
export function withoutCopies(fetch: Fetch): Fetch {
  return (url, init) => fetch(url, init?.body instanceof ReadableStream ? { ...init, redirect: 'error', window: null } : init);
}
