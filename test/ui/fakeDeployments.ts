import type { ServerResponse } from 'node:http';
import { json, type Answer } from '../unit/api/loopback.ts';

type Seen = Parameters<Answer>[1];
type Fields = Readonly<Record<string, unknown>>;

/** Nebius's way to serve a tuned model: it gets a name of its own, and is ready later. */
export class FakeDeployments {
  /** What was asked for. */
  readonly asked: Fields[] = [];
  /** What a deployment that was asked for is by now. */
  state: Fields = { status: 'active' };

  /** `path` begins with the older version that has them. */
  answer(response: ServerResponse, seen: Seen, path: string): void {
    const say = (body: Fields): unknown => json(200, body)(response, seen);
    if (seen.method === 'POST') {
      const request = JSON.parse(seen.body.toString('utf8')) as Fields;
      this.asked.push(request);
      say({ ...request, name: `${String(request['name'])}-AbCd`, status: 'validating' });
    } else {
      say({ name: decodeURIComponent(path.split('/').at(-1) ?? ''), ...this.state });
    }
  }
}
