import { parentPort } from 'node:worker_threads';
import { checkBytes } from '../core/dataset/checkBytes.ts';
import { AllowList } from '../core/dataset/safety/allowList.ts';
import type { DatasetOwnerApi, DatasetWorkerApi } from '../protocol/datasetCheck.ts';
import { connect } from '../protocol/rpc.ts';
import { checkFile, inHundredths } from './checkFile.ts';

/** Worker thread: checks files beside the extension host, since one long line alone would stop it for seconds. */
if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  const owner = connect<DatasetOwnerApi, DatasetWorkerApi>(
    {
      post: (message) => port.postMessage(message),
      listen: (listener) => {
        port.on('message', listener);
        return { dispose: () => port.off('message', listener) };
      },
    },
    {
      async check({ checkId, source, limit, ruleset, file, allow }, signal) {
        const options = { limit, ruleset, file, compare: {}, allow: allow === undefined ? undefined : new AllowList(allow) };
        const onShare = (share: number): void => owner.tell('progress', { checkId, share });
        if ('path' in source) {
          return await checkFile(source.path, { ...options, signal, onShare });
        }
        const onBytes = inHundredths(source.size, onShare);
        return { kind: 'checked', result: await checkBytes(pieces(checkId, signal), { ...options, onBytes }) };
      },
    },
  );

  async function* pieces(checkId: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    for (;;) {
      const piece = await owner.call('next', { checkId }, signal);
      if (piece === null) return;
      yield piece;
    }
  }
}
