import { ServiceError } from '../core/providers/port.ts';
import type { Fetch } from './client.ts';

/** How much of an answer is ever held, whatever a service or somebody between says. */
export type Bounds = {
  /** Bytes of an answer, after decompression: a small file can become a large one. */
  readonly answer: number;
  /** Bytes of a refusal, the rest of which is not read. */
  readonly refusal: number;
  /** Bytes between two line ends of a stream of events. */
  readonly line: number;
  /** Milliseconds without a byte after which a stream is lost. */
  readonly silence: number;
};

export const usualBounds: Bounds = {
  answer: 16 * 1024 * 1024,
  refusal: 256 * 1024,
  line: 8 * 1024 * 1024,
  silence: 180_000,
};

/** `fetch` whose answers cannot fill the memory or stay silent for ever. Downloads count for themselves. */
export function boundFetch(fetch: Fetch, bounds: Bounds): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { body, status, statusText, headers } = response;
    // Statuses that have no body may not be given one either (Fetch Standard).
    if (body === null || [204, 205, 304].includes(status)) return response;
    const isStream = headers.get('content-type')?.includes('text/event-stream') === true;
    const bounded = !response.ok
      ? body.pipeThrough(upTo(bounds.refusal))
      : isStream
        ? body.pipeThrough(linesUpTo(bounds.line, bounds.silence))
        : body.pipeThrough(noMoreThan(bounds.answer));
    return new Response(bounded, { status, statusText, headers });
  };
}

function upTo(bytes: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk.slice(0, left));
      left -= chunk.byteLength;
      if (left <= 0) controller.terminate();
    },
  });
}

function noMoreThan(bytes: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(tooLarge(bytes));
      else controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
    },
  });
}

function linesUpTo(bytes: number, silence: number): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  let length = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
    start(controller) {
      listen(controller);
    },
    transform(chunk, controller) {
      listen(controller);
      const end = chunk.lastIndexOf(10);
      length = end < 0 ? length + chunk.byteLength : chunk.byteLength - end - 1;
      if (length > bytes || (end < 0 ? false : longestLine(chunk) > bytes)) fail(controller, tooLarge(bytes));
      else controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
    },
    flush() {
      clearTimeout(timer);
    },
    cancel() {
      clearTimeout(timer);
    },
  });

  function listen(controller: TransformStreamDefaultController): void {
    clearTimeout(timer);
    timer = setTimeout(() => fail(controller, new ServiceError('The service fell silent.', { kind: 'cutOff', code: 'timeout' })), silence);
  }

  function fail(controller: TransformStreamDefaultController, error: ServiceError): void {
    clearTimeout(timer);
    controller.error(error);
  }
}

/** A chunk is a few kilobytes as a rule, so a whole line too long inside of one is rare, but possible. */
function longestLine(chunk: Uint8Array): number {
  let longest = 0;
  let from = 0;
  for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
    longest = Math.max(longest, end - from);
    from = end + 1;
  }
  return longest;
}

function tooLarge(bytes: number): ServiceError {
  const megabytes = Math.round(bytes / 1024 / 1024);
  return new ServiceError(`The answer has more than ${megabytes} MB.`, { kind: 'serverFault', code: 'answer_too_large' });
}
