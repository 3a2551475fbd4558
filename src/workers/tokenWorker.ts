import { withoutMark } from '../core/jsonl/lines.ts';
import { parentPort } from 'node:worker_threads';
import { chatExampleTokens, type CountText, type ExampleTokens } from '../core/tokens/chatTokens.ts';
import { connect } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import type { TokenOwnerApi, TokenWorkerApi } from '../protocol/tokens.ts';

/** A bundle of its own, which the command line loads too. */
const vocabulary = import('./tokens.ts');

/** Worker thread: holds the vocabulary of 2 MB and counts beside the extension host, so that typing stays smooth. */
if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  connect<TokenOwnerApi, TokenWorkerApi>(
    threadPort(port),
    {
      count: async (lines, signal) => {
        const { countTokens } = await vocabulary;
        const counts: (number | null)[] = [];
        for (const line of lines) {
          counts.push(tokensOf(line, countTokens)?.total ?? null);
          if (counts.length % 64 === 0) {
            // A cancellation arrives between two lines.
            await new Promise((resolve) => setImmediate(resolve));
            signal.throwIfAborted();
          }
        }
        return counts;
      },
      explain: async (line) => tokensOf(line, (await vocabulary).countTokens),
    },
  );
}

function tokensOf(line: string, count: CountText): ExampleTokens | null {
  try {
    return chatExampleTokens(JSON.parse(withoutMark(line)), count);
  } catch {
    return null;
  }
}
