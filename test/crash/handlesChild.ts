/**
 * Works on a store while every handle that the process may have is in use, and for some time none comes back:
 * `node handlesChild.ts FOLDER MILLISECONDS`, in a shell that allows few.
 */
import { closeSync, openSync } from 'node:fs';
import { errorCode } from '../../src/disk/files.ts';
import { content, openReal } from './killStore.ts';

const [folder = '', milliseconds = '0'] = process.argv.slice(2);
const store = await openReal(folder);
const taken: number[] = [];
let refused: unknown;
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch (error) {
  refused = error;
}
setTimeout(() => {
  for (const handle of taken) closeSync(handle);
}, Number(milliseconds));
const incoming = await store.fileBytes.receive();
await incoming.write(content('handles', 1000));
const { bytes, sha256 } = await incoming.finish();
const wire = { id: incoming.id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null } as const;
await store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined }));
await store.compact();
await store.close();
process.stdout.write(`${errorCode(refused)} ${store.state.files.size}`);
