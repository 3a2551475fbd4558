import { FolderTakenError } from '../../../src/engine/run.ts';
import { startTestEngine, type TestEngine } from './serverFixture.ts';

/** A process that runs an engine in a folder when it is told to, for tests of what happens between processes. */
let engine: TestEngine | undefined;

process.on('message', (message: { readonly run?: string }) => {
  void answer(message).then((reply) => process.send?.(reply));
});
process.send?.('ready');

async function answer({ run }: { readonly run?: string }): Promise<string> {
  if (run === undefined) {
    await engine?.close();
    engine = undefined;
    return 'closed';
  }
  try {
    engine = await startTestEngine({ folder: run });
    return 'won';
  } catch (error) {
    return error instanceof FolderTakenError ? 'lost' : `failed: ${String(error)}`;
  }
}
