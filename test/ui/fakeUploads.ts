import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { json, type Answer } from '../unit/api/loopback.ts';

type Seen = Parameters<Answer>[1];
type Part = { readonly id: string; readonly bytes: Buffer };

/** The Uploads API of a service that takes its time. */
export class FakeUploads {
  /** Uploads that were begun. */
  begun = 0;
  cancelled = 0;
  /** In the order in which they came. */
  readonly parts: Part[] = [];
  /** Parts that are still answered; later ones hang. */
  answers = Number.POSITIVE_INFINITY;
  /** MD5 of what was put together. */
  md5: string | undefined;

  /** `path` without the version. */
  async answer(response: ServerResponse, seen: Seen, path: string): Promise<void> {
    const say = (body: unknown): unknown => json(200, body)(response, seen);
    if (path === '/uploads') {
      this.begun += 1;
      say(this.#upload('pending'));
    } else if (path.endsWith('/parts')) {
      if (this.parts.length >= this.answers) return;
      const id = `part-${this.parts.length}`;
      this.parts.push({ id, bytes: await partOf(seen) });
      say({ id, object: 'upload.part', created_at: seconds(), upload_id: this.#id });
    } else if (path.endsWith('/complete')) {
      const { part_ids: ids, md5 } = JSON.parse(seen.body.toString('utf8')) as { readonly part_ids: readonly string[]; readonly md5: string };
      const hash = createHash('md5');
      for (const id of ids) hash.update(this.parts.find((part) => part.id === id)?.bytes ?? assert.fail(`no part ${id}`));
      this.md5 = hash.digest('hex');
      assert.equal(this.md5, md5);
      const bytes = this.parts.reduce((sum, part) => sum + part.bytes.length, 0);
      say({ ...this.#upload('completed'), file: { id: 'file-parts', object: 'file', bytes, created_at: seconds(), filename: 'large.train.jsonl', purpose: 'fine-tune', status: 'processed' } });
    } else {
      this.cancelled += 1;
      say(this.#upload('cancelled'));
    }
  }

  get #id(): string {
    return `upload-${this.begun}`;
  }

  #upload(status: string): Readonly<Record<string, unknown>> {
    return { id: this.#id, object: 'upload', bytes: 0, created_at: seconds(), expires_at: seconds() + 3_600, filename: 'large.train.jsonl', purpose: 'fine-tune', status };
  }
}

async function partOf({ body, headers }: Seen): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  const data = form.get('data');
  assert.ok(data instanceof Blob);
  return Buffer.from(await data.arrayBuffer());
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
