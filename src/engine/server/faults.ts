import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import { ApiError } from './apiError.ts';
import type { Answer, Call, Handler } from './call.ts';
import type { Route } from './routes.ts';
import type { StartThread } from './thread.ts';
import type { checkTrainingFile } from './trainingFile.ts';

/** The environment variable that asks for faults, so that clients can be tested against them. */
export const faultsVariable = 'TUNESMITH_TEST_FAULTS';

const names = ['rate-limit', 'server-error', 'cut-stream', 'stall-job', 'fail-moderation'] as const;

type Fault = { readonly name: (typeof names)[number]; readonly route: string | undefined; times: number };

/** A stream is cut off after as many events: the role has come, and a piece of the text. */
const eventsBeforeCut = 2;

/**
 * Faults of services, made on purpose. Each comes as often as it was asked for, then all is well again.
 *
 *     rate-limit POST /v1/files x2, server-error, cut-stream, stall-job, fail-moderation
 *
 * A name; for the first three the route they are about, as the routes are written, else any; how often, else once.
 * There is no way to ask for a fault over HTTP.
 */
export class Faults {
  readonly #faults: readonly Fault[];

  /** @throws Error for what it does not know: a test must not pass because a fault was misspelled */
  constructor(text: string) {
    this.#faults = text.split(',').map((item) => parseFault(item.trim()));
  }

  /** What answers in place of the route's own handler. */
  around(route: Route): Handler {
    const at = `${route.method} ${route.path}`;
    return async (engine, call) => {
      if (this.#take('rate-limit', at)) {
        throw new ApiError(429, 'Rate limit reached (a fault made on purpose).', {
          type: 'rate_limit_error',
          code: 'rate_limit_exceeded',
          headers: { 'retry-after': '1' },
        });
      }
      if (this.#take('server-error', at)) {
        throw new ApiError(500, 'The server had an error (a fault made on purpose).');
      }
      const answer = await route.handle(engine, call);
      return answer.kind === 'events' && this.#take('cut-stream', at) ? cutOff(answer, call) : answer;
    };
  }

  /** Starts trainers; one that stalls is there and is never told what to do. */
  trainers(start: StartThread<TrainerCommand, TrainerEvent>): StartThread<TrainerCommand, TrainerEvent> {
    return () => {
      const thread = start();
      return this.#take('stall-job')
        ? {
            post: () => undefined,
            onEvent: (listener) => thread.onEvent(listener),
            onEnd: (listener) => thread.onEnd(listener),
            terminate: () => thread.terminate(),
          }
        : thread;
    };
  }

  /** Checks training files; one that fails moderation is not looked at. */
  checks(check: typeof checkTrainingFile): typeof checkTrainingFile {
    return async (lines, role, fileId) => {
      if (!this.#take('fail-moderation')) {
        return check(lines, role, fileId);
      }
      const message = `The job failed due to an invalid ${role} file. This file failed moderation safety checks. Flagged lines: 1`;
      return { error: { code: `invalid_${role}_file`, message, param: `${role}_file` } };
    };
  }

  #take(name: Fault['name'], route?: string): boolean {
    const fault = this.#faults.find(
      (one) => one.name === name && one.times > 0 && (one.route === undefined || one.route === route),
    );
    if (fault === undefined) {
      return false;
    }
    fault.times -= 1;
    return true;
  }
}

function parseFault(item: string): Fault {
  const match = /^(?<name>[a-z-]+)(?: (?<route>(?:GET|POST|DELETE) \/\S+))?(?: x(?<times>\d{1,6}))?$/.exec(item)?.groups;
  const name = names.find((known) => known === match?.['name']);
  if (match === undefined || name === undefined) {
    throw new Error(`${faultsVariable}: '${item}' is no fault. There are ${names.join(', ')}.`);
  }
  return { name, route: match['route'], times: Number(match['times'] ?? 1) };
}

function cutOff(answer: Extract<Answer, { kind: 'events' }>, call: Call): Answer {
  async function* events(): AsyncGenerator<string, void, undefined> {
    let sent = 0;
    for await (const event of answer.events) {
      if (sent === eventsBeforeCut) {
        call.request.socket.destroy();
        return;
      }
      sent += 1;
      yield event;
    }
  }
  return { kind: 'events', events: events() };
}
