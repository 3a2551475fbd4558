import { parentPort } from 'node:worker_threads';
import { connect } from '../protocol/rpc.ts';
import type { ValidationApi, ValidationOwnerApi } from '../protocol/validation.ts';
import { validation } from './validation.ts';

/** Worker thread: carries out the parts of a validation that it is asked for. */
if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  connect<ValidationOwnerApi, ValidationApi>(
    {
      post: (message) => port.postMessage(message),
      listen: (listener) => {
        port.on('message', listener);
        return { dispose: () => port.off('message', listener) };
      },
    },
    validation,
  );
}
