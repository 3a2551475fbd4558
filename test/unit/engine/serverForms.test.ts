import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { base64Length, toBase64 } from '../../../src/engine/server/base64.ts';
import { boundaryOf, readMultipart } from '../../../src/engine/server/multipart.ts';
import { Random } from '../../support/random.ts';

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function partsOf(chunks: AsyncIterable<Buffer>): Promise<readonly (readonly [string, string | undefined, string])[]> {
  const parts: { name: string; filename: string | undefined; data: Buffer[] }[] = [];
  for await (const event of readMultipart(chunks, 'b')) {
    if (event.kind === 'part') parts.push({ ...event.header, data: [] });
    else if (event.kind === 'data') parts.at(-1)?.data.push(event.bytes);
  }
  return parts.map(({ name, filename, data }) => [name, filename, Buffer.concat(data).toString('latin1')]);
}

describe('a multipart body', () => {
  const tricky = '\r\n--\r\n-\r--b\n\r\n--a\r\r\n-';
  const body = Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: text/plain\r\n\r\n${tricky}\r\n` +
      '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n\r\n--b--\r\n',
  );
  const whole = [['file', 'x', tricky], ['purpose', undefined, '']];

  it('reads the same wherever its bytes are cut', async () => {
    assert.deepEqual(await partsOf(pieces(body, [])), whole);
    for (let cut = 1; cut < body.length; cut += 1) {
      assert.deepEqual(await partsOf(pieces(body, [cut])), whole, `cut at ${cut}`);
    }
    assert.deepEqual(await partsOf(pieces(body, Array.from({ length: body.length - 1 }, (_, index) => index + 1))), whole);
  });

  it('hands its data on instead of collecting it', async () => {
    let largest = 0;
    const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n');
    const block = Buffer.from('\r\n--\r\n'.repeat(2000));
    async function* source(): AsyncGenerator<Buffer> {
      yield head;
      for (let count = 0; count < 50; count += 1) yield block;
      yield Buffer.from('\r\n--b--');
    }
    let bytes = 0;
    for await (const event of readMultipart(source(), 'b')) {
      if (event.kind !== 'data') continue;
      bytes += event.bytes.length;
      largest = Math.max(largest, event.bytes.length);
    }
    assert.equal(bytes, 50 * block.length);
    assert.ok(largest <= block.length + 10);
  });

  it('is told apart by the boundary of its header', () => {
    assert.equal(boundaryOf('multipart/form-data; boundary=----abc'), '----abc');
    assert.equal(boundaryOf('multipart/form-data; charset=utf-8; boundary="a b:c"'), 'a b:c');
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=ä', `multipart/form-data; boundary=${'b'.repeat(71)}`]) {
      assert.throws(() => boundaryOf(type), { status: 400 }, type);
    }
  });
});

describe('base64', () => {
  it('is that of the whole, however it is cut', async () => {
    const random = new Random(7);
    for (let length = 0; length < 40; length += 1) {
      const bytes = Buffer.from(Array.from({ length }, () => random.below(256)));
      const cuts = [0, 1, 2, 3, 5, 7, 11].filter((cut) => cut < length);
      const chunks: Uint8Array[] = [];
      for await (const chunk of toBase64(pieces(bytes, cuts))) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('latin1');
      assert.equal(text, bytes.toString('base64'));
      assert.equal(text.length, base64Length(length));
    }
  });
});
