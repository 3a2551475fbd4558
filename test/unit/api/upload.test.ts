import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createService } from '../../../src/api/service.ts';
import { bufferedBytes, uploadTimeout } from '../../../src/api/upload.ts';
import { ServiceError, type FileUpload } from '../../../src/core/providers/port.ts';
import { json, Loopback } from './loopback.ts';

const signal = new AbortController().signal;
const file = { id: 'file-1', object: 'file', bytes: 1, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune' };

function toUpload(chunks: Iterable<Uint8Array>, bytes: number, onOpen?: () => void): FileUpload {
  return {
    filename: 'añ "b".jsonl',
    bytes,
    async *open() {
      onOpen?.();
      yield* chunks;
    },
  };
}

describe('uploads', () => {
  it('send a small file with its length, its purpose and its name', async () => {
    await using loopback = await Loopback.listen(json(200, file));
    const text = '{"messages":[]}\n';
    const upload = toUpload([Buffer.from(text.slice(0, 5)), Buffer.from(text.slice(5))], text.length);
    const answer = await createService({ baseURL: loopback.baseURL, apiKey: 'k' }).uploadFile(upload, signal);
    assert.equal(answer.id, 'file-1');
    assert.equal(answer.status, 'processed');
    const { headers, body } = loopback.last;
    assert.equal(Number(headers['content-length']), body.length);
    const request = new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } });
    const form = await request.formData();
    assert.equal(form.get('purpose'), 'fine-tune');
    const part = form.get('file');
    assert.ok(part instanceof File);
    assert.equal(part.name, 'añ "b".jsonl');
    assert.equal(await part.text(), text);
  });

  it('stream a large file without holding it', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const chunkBytes = 256 * 1024;
    const count = 256;
    const bytes = chunkBytes * count;
    let produced = 0;
    let ahead = 0;
    let held = 0;
    const upload: FileUpload = {
      filename: 'a.jsonl',
      bytes,
      async *open() {
        const before = process.memoryUsage().arrayBuffers;
        for (let index = 0; index < count; index += 1) {
          produced += chunkBytes;
          ahead = Math.max(ahead, produced - received);
          yield new Uint8Array(chunkBytes).fill(97);
        }
        // What is garbage goes in a while; what is kept, never.
        for (let patience = 100; patience > 0; patience -= 1) {
          await setTimeout(20);
          collectGarbage();
          held = process.memoryUsage().arrayBuffers - before;
          if (held < bytes / 4) break;
        }
      },
    };
    let received = 0;
    const server = createServer((request, response) => {
      request.on('data', (data: Buffer) => (received += data.length));
      request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(file)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const service = createService({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k' });
    await service.uploadFile(upload, signal);
    server.close();
    assert.ok(received > bytes);
    assert.ok(ahead < bytes / 4, `${ahead} bytes were produced before anybody took them`);
    assert.ok(held < bytes / 4, `${held} bytes were kept after they were sent`);
  });

  for (const [name, size] of [['small', 20], ['large', bufferedBytes + 20]] as const) {
    it(`a ${name} file that changed meanwhile is not uploaded`, async () => {
      await using loopback = await Loopback.listen(json(200, file));
      const service = createService({ baseURL: loopback.baseURL, apiKey: 'k' });
      for (const difference of [-1, 1]) {
        const upload = toUpload([new Uint8Array(size + difference)], size);
        await assert.rejects(service.uploadFile(upload, signal), (error: unknown) => {
          assert.ok(error instanceof Error && !(error instanceof ServiceError));
          return /changed while it was uploaded/.test(error.message);
        });
      }
      assert.equal(loopback.seen.length, 0);
    });
  }

  it('a fault of the disk is told as what it is', async () => {
    await using loopback = await Loopback.listen(json(200, file));
    const service = createService({ baseURL: loopback.baseURL, apiKey: 'k' });
    const upload = toUpload([], 10, () => {
      throw new Error('EIO: i/o error, read');
    });
    await assert.rejects(service.uploadFile(upload, signal), { message: 'EIO: i/o error, read' });
  });

  it('can be cancelled in the middle', async () => {
    const controller = new AbortController();
    await using loopback = await Loopback.listen(json(200, file));
    const service = createService({ baseURL: loopback.baseURL, apiKey: 'k' });
    function* chunks(): Generator<Uint8Array> {
      yield new Uint8Array(bufferedBytes);
      controller.abort();
      yield new Uint8Array(1000);
    }
    await assert.rejects(service.uploadFile(toUpload(chunks(), bufferedBytes + 1000), controller.signal), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      return error.facts.kind === 'cancelled';
    });
  });

  it('have time in proportion to their size', () => {
    assert.equal(uploadTimeout(1000), 600_000);
    assert.equal(uploadTimeout(512 * 1024 * 1024), 8192 * 1000);
  });
});
