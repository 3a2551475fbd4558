import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, RpcError, type Handlers, type Port } from '../../../src/protocol/rpc.ts';

interface Host {
  add(params: { readonly a: number; readonly b: number }): number;
  fail(): void;
  wait(params: { readonly name: string }): string;
  note(params: { readonly text: string }): void;
}

interface Page {
  show(params: { readonly text: string }): string;
}

/** Two ports that hand each other structured clones, one turn of the event loop later. */
function createPortPair(): { readonly host: Port; readonly page: Port; readonly sent: unknown[] } {
  const listeners = { host: new Set<(message: unknown) => void>(), page: new Set<(message: unknown) => void>() };
  const sent: unknown[] = [];
  const port = (own: 'host' | 'page', other: 'host' | 'page'): Port => ({
    post(message) {
      sent.push(message);
      const copy: unknown = structuredClone(message);
      setImmediate(() => listeners[other].forEach((listener) => listener(copy)));
    },
    listen(listener) {
      listeners[own].add(listener);
      return { dispose: () => void listeners[own].delete(listener) };
    },
  });
  return { host: port('host', 'page'), page: port('page', 'host'), sent };
}

function createHandlers(over: Partial<Handlers<Host>> = {}): Handlers<Host> {
  return {
    add: ({ a, b }) => a + b,
    fail: () => {
      throw new Error('no disk');
    },
    wait: ({ name }) => name,
    note: () => undefined,
    ...over,
  };
}

const rejectsWith = (code: string) => (error: unknown) => error instanceof RpcError && error.code === code;

describe('rpc', () => {
  it('answers calls in both directions on one port pair', async () => {
    const { host, page } = createPortPair();
    const toPage = connect<Page, Host>(host, createHandlers());
    const toHost = connect<Host, Page>(page, { show: ({ text }) => text.toUpperCase() });
    assert.equal(await toHost.call('add', { a: 2, b: 3 }), 5);
    assert.equal(await toPage.call('show', { text: 'x' }), 'X');
  });

  it('keeps answers apart that come back in another order', async () => {
    const { host, page } = createPortPair();
    const gates = new Map<string, () => void>();
    connect<Page, Host>(host, createHandlers({
      wait: ({ name }) => new Promise((resolve) => gates.set(name, () => resolve(name))),
    }));
    const toHost = connect<Host, Page>(page, { show: () => '' });
    const first = toHost.call('wait', { name: 'first' });
    const second = toHost.call('wait', { name: 'second' });
    while (gates.size < 2) await new Promise(setImmediate);
    gates.get('second')?.();
    assert.equal(await second, 'second');
    gates.get('first')?.();
    assert.equal(await first, 'first');
  });

  it('rejects with the message of the error that a handler throws', async () => {
    const { host, page } = createPortPair();
    connect<Page, Host>(host, createHandlers());
    const toHost = connect<Host, Page>(page, { show: () => '' });
    await assert.rejects(toHost.call('fail'), (error) => rejectsWith('failed')(error) && /no disk/.test(String(error)));
  });

  for (const method of ['missing', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    it(`refuses the name ${method}, which is no handler`, async () => {
      const { host, page } = createPortPair();
      connect<Page, Host>(host, createHandlers());
      const toHost = connect<Record<string, () => void>, Page>(page, { show: () => '' });
      await assert.rejects(toHost.call(method), rejectsWith('unknownMethod'));
    });
  }

  it('cancels: the caller is rejected at once and the handler sees its signal', async () => {
    const { host, page } = createPortPair();
    let seen: AbortSignal | undefined;
    const aborted = new Promise<void>((resolve) => {
      connect<Page, Host>(host, createHandlers({
        wait: (_params, signal) => {
          seen = signal;
          signal.addEventListener('abort', () => resolve());
          return new Promise(() => undefined);
        },
      }));
    });
    const toHost = connect<Host, Page>(page, { show: () => '' });
    const controller = new AbortController();
    const call = toHost.call('wait', { name: 'x' }, controller.signal);
    while (seen === undefined) await new Promise(setImmediate);
    controller.abort();
    await assert.rejects(call, rejectsWith('cancelled'));
    await aborted;
    assert.equal(seen.aborted, true);
  });

  it('sends nothing for a call that was cancelled before it began', async () => {
    const { host, page, sent } = createPortPair();
    connect<Page, Host>(host, createHandlers());
    const toHost = connect<Host, Page>(page, { show: () => '' });
    await assert.rejects(toHost.call('add', { a: 1, b: 1 }, AbortSignal.abort()), rejectsWith('cancelled'));
    assert.deepEqual(sent, []);
  });

  it('rejects what is under way, and every later call, when the connection ends', async () => {
    const { host, page } = createPortPair();
    let signal: AbortSignal | undefined;
    const toPage = connect<Page, Host>(host, createHandlers({
      wait: (_params, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    }));
    const toHost = connect<Host, Page>(page, { show: () => '' });
    const call = toHost.call('wait', { name: 'x' });
    while (signal === undefined) await new Promise(setImmediate);
    toHost.dispose();
    await assert.rejects(call, rejectsWith('closed'));
    await assert.rejects(toHost.call('add', { a: 1, b: 1 }), rejectsWith('closed'));
    toPage.dispose();
    assert.equal(signal.aborted, true);
  });

  it('delivers notices in order and reports a handler that throws', async () => {
    const { host, page, sent } = createPortPair();
    const texts: string[] = [];
    const faults: string[] = [];
    connect<Page, Host>(
      host,
      createHandlers({
        note: ({ text }) => {
          if (text === 'bad') throw new Error('bad');
          texts.push(text);
        },
      }),
      (method, error) => faults.push(`${method}: ${error instanceof Error ? error.message : ''}`),
    );
    const toHost = connect<Host, Page>(page, { show: () => '' });
    for (const text of ['a', 'bad', 'b']) toHost.tell('note', { text });
    while (texts.length < 2) await new Promise(setImmediate);
    assert.deepEqual(texts, ['a', 'b']);
    assert.deepEqual(faults, ['note: bad']);
    assert.equal(sent.length, 3, 'a notice gets no answer');
  });

  it('ignores what is no message of ours', async () => {
    const { host, page } = createPortPair();
    connect<Page, Host>(host, createHandlers());
    const toHost = connect<Host, Page>(page, { show: () => '' });
    for (const stray of [null, 1, 'x', {}, { rpc: 'request', method: 'add' }, { rpc: 'result', id: 99 }, { rpc: 'eval' }]) {
      page.post(stray);
      host.post(stray);
    }
    assert.equal(await toHost.call('add', { a: 1, b: 1 }), 2);
  });

  it('row 96: 10,000 random messages call nothing that is not offered, before, while and after the line is open', async () => {
    const { host, page } = createPortPair();
    const called: string[] = [];
    const handlers = createHandlers({
      note: ({ text }) => void called.push(`note ${typeof text}`),
      wait: ({ name }) => (called.push(`wait ${typeof name}`), ''),
    });
    page.post({ rpc: 'notice', method: 'note', params: { text: 'too early' } });
    await new Promise((resolve) => setImmediate(resolve));
    const faults: unknown[] = [];
    const connection = connect<Page, Host>(host, handlers, (_, error) => faults.push(error));
    let state = 1;
    const random = (below: number): number => ((state = (state * 48_271) % 0x7fffffff), state % below);
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'nothing', ''];
    const kinds = ['request', 'notice', 'cancel', 'result', 'error', 'x', 7, null];
    const scraps: readonly unknown[] = [null, undefined, 1, 'text', [], {}, { a: 1 }, { id: {} }, new Uint8Array(4), Number.NaN, { toString: 1 }];
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    for (let count = 0; count < 10_000; count += 1) {
      const shaped = { rpc: pick(kinds), id: pick([1, 'x', null, {}, -1]), method: pick(names), params: pick(scraps), error: pick(scraps) };
      page.post(random(3) === 0 ? pick(scraps) : shaped);
    }
    page.post('x'.repeat(100 * 1024 * 1024));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    page.post({ rpc: 'notice', method: 'note', params: { text: 'in time' } });
    await new Promise((resolve) => setImmediate(resolve));
    connection.dispose();
    page.post({ rpc: 'notice', method: 'note', params: { text: 'too late' } });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(called, ['note string'], 'the line still works after all of it');
    assert.equal(({} as Readonly<Record<string, unknown>>)['a'], undefined);
  });
});
