import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { ServiceError, type ChatPart, type ChatRequest } from '../../../src/core/providers/port.ts';
import { json, Loopback, type Answer } from './loopback.ts';

const request: ChatRequest = { model: 'ft:m', messages: [{ role: 'user', content: 'hi' }], temperature: 0, maxTokens: 9 };
const usage = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 };

function chunk(delta: object, finish_reason: string | null = null, more: object = {}): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;
}

const first = chunk({ role: 'assistant', content: '' }) + chunk({ content: 'Wa' }) + chunk({ content: 'ter' });
const last = chunk({}, 'stop');
const usageChunk = `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`;
const done = 'data: [DONE]\n\n';

function stream(text: string, end: 'end' | 'destroy' | 'stay' = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text);
    if (end === 'end') response.end();
    if (end === 'destroy') setTimeout(() => response.destroy(), 20);
  };
}

async function ask(
  answer: Answer,
  options: { readonly signal?: AbortSignal; readonly onText?: () => void; readonly maxTokensField?: 'max_tokens' } = {},
): Promise<{ text: string; end: ChatPart | undefined; failure: ServiceError | undefined; body: unknown }> {
  await using loopback = await Loopback.listen(answer);
  const field = options.maxTokensField === undefined ? {} : { maxTokensField: options.maxTokensField };
  const service = createService({ baseURL: loopback.baseURL, apiKey: 'k', ...field });
  let text = '';
  let end: ChatPart | undefined;
  let failure: ServiceError | undefined;
  try {
    for await (const part of service.streamChat(request, options.signal ?? new AbortController().signal)) {
      if (part.kind === 'text') {
        text += part.text;
        options.onText?.();
      } else end = part;
    }
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    failure = error;
  }
  const body: unknown = loopback.seen.length > 0 ? JSON.parse(loopback.last.body.toString()) : undefined;
  return { text, end, failure, body };
}

describe('streamed answers', () => {
  const good: readonly [string, string, ChatPart][] = [
    ['with usage', first + last + usageChunk + done, { kind: 'end', finishReason: 'stop', usage }],
    ['without usage', first + last + done, { kind: 'end', finishReason: 'stop', usage: null }],
    ['without [DONE]', first + last, { kind: 'end', finishReason: 'stop', usage: null }],
    ['without a reason', first + usageChunk, { kind: 'end', finishReason: null, usage }],
    ['cut at the limit', first + chunk({}, 'length') + done, { kind: 'end', finishReason: 'length', usage: null }],
    ['with null everywhere', first + chunk({ content: null }, 'stop', { usage: null }), { kind: 'end', finishReason: 'stop', usage: null }],
  ];
  for (const [name, text, end] of good) {
    it(name, async () => {
      const answer = await ask(stream(text));
      assert.equal(answer.failure, undefined);
      assert.equal(answer.text, 'Water');
      assert.deepEqual(answer.end, end);
    });
  }

  it('of a service that does not stream', async () => {
    const whole = { choices: [{ index: 0, message: { role: 'assistant', content: 'Water' }, finish_reason: 'stop' }], usage };
    const answer = await ask(json(200, whole));
    assert.equal(answer.text, 'Water');
    assert.deepEqual(answer.end, { kind: 'end', finishReason: 'stop', usage });
  });

  it('show a refusal as text', async () => {
    assert.equal((await ask(stream(chunk({ refusal: 'I cannot.' }) + last))).text, 'I cannot.');
  });

  it('are asked for with usage and a limit of the name that the service knows', async () => {
    const { body } = await ask(stream(first + last));
    assert.deepEqual(body, {
      model: 'ft:m',
      messages: request.messages,
      temperature: 0,
      max_completion_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
    const older = (await ask(stream(first + last), { maxTokensField: 'max_tokens' })).body as Record<string, unknown>;
    assert.equal(older['max_tokens'], 9);
    assert.equal(older['max_completion_tokens'], undefined);
  });
});

describe('answers that do not end well', () => {
  const table: readonly [string, Answer, string, string | undefined][] = [
    ['a cut socket', stream(first, 'destroy'), 'cutOff', 'Water'],
    ['a good-looking end in the middle', stream(first), 'cutOff', 'Water'],
    ['an end in the middle of an event', stream(`${first}data: {"choices":[{"del`), 'cutOff', 'Water'],
    ['a running count of tokens, then a cut', stream(chunk({ content: 'Water' }, null, { usage })), 'cutOff', 'Water'],
    ['an error chunk', stream(`${first}data: {"error":{"message":"out of memory","code":"oom"}}\n\n`), 'serverFault', 'Water'],
    ['an error chunk about the rate', stream('data: {"error":{"message":"slow","code":"rate_limit_exceeded"}}\n\n'), 'rateLimited', ''],
    ['a refused model', json(404, { error: { message: 'no such model', code: 'model_not_found' } }), 'notFound', ''],
    ['an error that is called a success', json(200, { error: { message: 'x' } }), 'serverFault', ''],
  ];
  for (const [name, answer, kind, text] of table) {
    it(`${name} is ${kind}, and the text so far is kept`, async () => {
      const result = await ask(answer);
      assert.equal(result.failure?.facts.kind, kind);
      assert.equal(result.text, text);
      assert.equal(result.end, undefined);
    });
  }

  it('an error chunk keeps the sentence and the code of the service', async () => {
    const { failure } = await ask(stream(`${first}data: {"error":{"message":"out of memory","code":"oom"}}\n\n`));
    assert.equal(failure?.message, 'out of memory');
    assert.equal(failure?.facts.code, 'oom');
  });

  it('an abort in the middle is cancelled, not a short answer', async () => {
    const controller = new AbortController();
    const { failure, end } = await ask(stream(first, 'stay'), { signal: controller.signal, onText: () => controller.abort() });
    assert.equal(failure?.facts.kind, 'cancelled');
    assert.equal(end, undefined);
  });

  it('an abort before the first word is cancelled', async () => {
    const controller = new AbortController();
    const { failure } = await ask(() => controller.abort(), { signal: controller.signal });
    assert.equal(failure?.facts.kind, 'cancelled');
  });
});
