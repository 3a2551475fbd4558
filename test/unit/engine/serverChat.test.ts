import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import type { ChatChunk, ChatCompletion } from '../../../src/engine/server/chat.ts';
import type { TextCompletion } from '../../../src/engine/server/completions.ts';
import { limits } from '../../../src/engine/server/limits.ts';
import { chatLines } from '../../support/chatLines.ts';
import { ended, eventually, startTestEngine, upload, type TestEngine } from './serverFixture.ts';

let engine: TestEngine;
let model: string;
let fileId: string;
before(async () => {
  engine = await startTestEngine();
  fileId = (await upload(engine.openai, chatLines(10))).id;
  const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: fileId, suffix: 'x' });
  model = (await ended(engine.openai, job.id)).fine_tuned_model ?? '';
});
after(() => engine.remove());

/** The answers have the types of the SDK; in legacy ones some fields may be null, as the service has it and the SDK does not say. */
type Mutable<T> = T extends (infer Item)[] ? Mutable<Item>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
type SdkChoice = Omit<OpenAI.CompletionChoice, 'finish_reason' | 'logprobs'> & {
  finish_reason: OpenAI.CompletionChoice['finish_reason'] | null;
  logprobs: { [Key in keyof OpenAI.CompletionChoice.Logprobs]?: (NonNullable<OpenAI.CompletionChoice.Logprobs[Key]>[number] | null)[] } | null;
};
type SdkCompletion = Omit<OpenAI.Completion, 'choices' | 'usage'> & { choices: SdkChoice[]; usage?: OpenAI.CompletionUsage | null };
({}) as Mutable<ChatCompletion> satisfies OpenAI.ChatCompletion;
({}) as Mutable<ChatChunk> satisfies OpenAI.ChatCompletionChunk;
({}) as Mutable<TextCompletion> satisfies SdkCompletion;

const postText = (path: string, body: string): Promise<Response> =>
  engine.answers.fetch(`${engine.run.address.baseURL}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${engine.run.apiKey}`, 'content-type': 'application/json' },
    body,
  });
const post = (path: string, body: unknown): Promise<Response> => postText(path, JSON.stringify(body));
const generator = () => engine.generators.at(-1) ?? assert.fail('no generator was started');
const free = () => eventually(() => ask('free again').then(() => true, () => false), (done) => done);
const ask = (content: string, more: object = {}) =>
  engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content }], ...more });

const refused = async (path: string, body: unknown, param: string, status = 400): Promise<void> => {
  const response = await post(path, body);
  const { error } = (await response.json()) as { error: { param: string; message: string; type: string } };
  assert.equal(response.status, status, error.message);
  assert.equal(error.param, param);
  assert.equal(error.type, 'invalid_request_error');
};

describe('a chat', () => {
  it('answers whole', async () => {
    const { data, request_id } = await ask('one two three', { temperature: 0, max_tokens: 9, seed: 3, stop: ['x'] }).withResponse();
    assert.match(request_id ?? '', /^req_/);
    assert.ok('choices' in data);
    assert.equal(data.choices[0]?.message.content, 'one two three');
    assert.deepEqual(Object.keys(data).toSorted(), ['choices', 'created', 'id', 'model', 'object', 'service_tier', 'system_fingerprint', 'usage']);
    assert.deepEqual(Object.keys(data.choices[0] ?? {}).toSorted(), ['finish_reason', 'index', 'logprobs', 'message']);
    assert.equal(data.choices[0]?.finish_reason, 'stop');
    assert.equal(data.usage?.total_tokens, 4);
    const { id: _id, ...request } = engine.generators.at(-1)?.requests.at(-1) ?? { id: '' };
    assert.deepEqual(request, {
      kind: 'generate',
      modelDirectory: join(engine.trainers[0]?.request?.outputDirectory ?? '', 'step-6'),
      prompt: { kind: 'chat', messages: [{ role: 'user', content: 'one two three' }] },
      choices: 1,
      echo: false,
      temperature: 0,
      topP: 1,
      maxTokens: 9,
      seed: 3,
      stop: ['x'],
      presencePenalty: 0,
      frequencyPenalty: 0,
      logitBias: [],
      topLogprobs: null,
    });
  });

  it('joins parts of text', async () => {
    const answer = await engine.openai.chat.completions.create({
      model: `${model}:ckpt-step-3`,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'a ' }, { type: 'text', text: 'b' }] }],
    });
    assert.equal(answer.choices[0]?.message.content, 'a b');
  });

  it('streams: the role first, the reason to end, the usage if asked for', async () => {
    const stream = await engine.openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'one \n\ndata: [DONE] two' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.deepEqual(chunks[0]?.choices[0]?.delta, { role: 'assistant', content: '', refusal: null });
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'one \n\ndata: [DONE] two');
    assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.equal(chunks.at(-1)?.usage?.prompt_tokens, 1);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
  });

  it('ends its stream with [DONE] and has no usage unless asked', async () => {
    const response = await post('/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }], stream: true });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    const text = await response.text();
    assert.ok(text.endsWith('data: [DONE]\n\n'));
    assert.ok(!text.includes('usage'));
  });

  it('row 27: a client that hangs up stops its answer, with a stream and without', async () => {
    const streamed = await engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'endless' }], stream: true });
    for await (const chunk of streamed) {
      if (chunk.choices[0]?.delta.content) break;
    }
    streamed.controller.abort();
    const whole = new AbortController();
    const count = generator().requests.length;
    const answer = engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'endless' }] }, { signal: whole.signal });
    await eventually(async () => generator().requests.length, (length) => length === count + 1);
    whole.abort();
    await assert.rejects(answer, OpenAI.APIUserAbortError);
    const asked = generator().requests.filter(({ prompt }) => prompt.kind === 'chat' && prompt.messages[0]?.content === 'endless');
    await eventually(async () => asked.every(({ id }) => generator().stopped.includes(id)), (stopped) => stopped);
    const { words } = generator();
    const next = await ask('next');
    assert.ok('choices' in next);
    assert.equal(next.choices[0]?.message.content, 'next');
    assert.equal(generator().words, words + 1, 'nothing more came of those that were stopped');
  });

  it('tells a failure before the stream as an error, one inside it as an event, and starts a crashed thread anew', async () => {
    await assert.rejects(ask('fail', { stream: true }), { status: 500, code: 'model_unreadable' });
    const stream = await engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'crash' }], stream: true });
    await assert.rejects(async () => {
      for await (const _ of stream);
    }, /generating thread stopped \(it threw\)/);
    const count = engine.generators.length;
    const answer = await ask('again');
    assert.ok('choices' in answer);
    assert.equal(answer.choices[0]?.message.content, 'again');
    assert.equal(engine.generators.length, count + 1);
  });

  it('refuses models that are not there or have learned nothing', async () => {
    await assert.rejects(ask('x', { model: 'gpt-4o' }), { status: 404, code: 'model_not_found' });
    await assert.rejects(ask('x', { model: 'tunesmith-tiny' }), { status: 400, param: 'model' });
  });

  it('tells too many to come back later', async () => {
    const stop = new AbortController();
    const chat = { model, messages: [{ role: 'user' as const, content: 'endless' }], stream: true as const };
    const refusals: unknown[] = [];
    const waiting = Array.from({ length: limits.chats + 1 }, () =>
      engine.openai.chat.completions.create(chat, { signal: stop.signal }).catch((error: unknown) => refusals.push(error)),
    );
    await eventually(async () => refusals.length, (count) => count === 1);
    const [refusal] = refusals;
    assert.ok(refusal instanceof OpenAI.APIError);
    assert.equal(refusal.status, 429);
    assert.equal(refusal.headers?.get('retry-after'), '1');
    stop.abort();
    await Promise.allSettled(waiting);
    await free();
  });

  it('gives several answers, each with its index, also in a stream', async () => {
    const whole = await ask('a b', { n: 3 });
    assert.ok('choices' in whole);
    assert.deepEqual(whole.choices.map(({ index, message }) => [index, message.content]), [[0, 'a b'], [1, 'a b'], [2, 'a b']]);
    assert.equal(whole.usage?.completion_tokens, 6);
    const stream = await engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'a b' }], stream: true, n: 3 });
    const texts = ['', '', ''];
    const firsts = new Map<number, unknown>();
    const reasons: unknown[] = [];
    for await (const { choices } of stream) {
      assert.equal(choices.length, 1);
      for (const { index, delta, finish_reason } of choices) {
        if (!firsts.has(index)) firsts.set(index, delta.role);
        texts[index] += delta.content ?? '';
        if (finish_reason !== null) reasons.push([index, finish_reason]);
      }
    }
    assert.deepEqual(texts, ['a b', 'a b', 'a b']);
    assert.deepEqual([...firsts], [[0, 'assistant'], [1, 'assistant'], [2, 'assistant']]);
    assert.deepEqual(reasons, [[0, 'stop'], [1, 'stop'], [2, 'stop']]);
  });

  it('hands on what is said about sampling', async () => {
    await ask('x', { presence_penalty: 1, frequency_penalty: -2, logit_bias: { 7: -100, 9: 1.5 }, stop: ['a', 'b', 'c', 'd'], logprobs: true, top_logprobs: 20 });
    const request = generator().requests.at(-1);
    assert.deepEqual([request?.presencePenalty, request?.frequencyPenalty, request?.topLogprobs], [1, -2, 20]);
    assert.deepEqual([request?.logitBias, request?.stop], [[[7, -100], [9, 1.5]], ['a', 'b', 'c', 'd']]);
  });

  it('has log probabilities where they are asked for', async () => {
    const told = { token: 'é ', logprob: -0.5, bytes: [0xc3, 0xa9, 0x20] };
    const answer = await ask('é b', { logprobs: true, top_logprobs: 2 });
    assert.ok('choices' in answer);
    assert.equal(answer.choices[0]?.logprobs?.refusal, null);
    assert.deepEqual(answer.choices[0]?.logprobs?.content?.[0], { ...told, top_logprobs: [told, told] });
    assert.equal(answer.choices[0]?.logprobs?.content?.length, 2);
    const without = await ask('é b');
    assert.ok('choices' in without);
    assert.equal(without.choices[0]?.logprobs, null);
    const stream = await engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'é b' }], stream: true, logprobs: true });
    const tokens = [];
    for await (const chunk of stream) tokens.push(...(chunk.choices[0]?.logprobs?.content ?? []));
    assert.deepEqual(tokens[0], { ...told, top_logprobs: [] });
    assert.equal(tokens.length, 2);
  });

  it('gives back its metadata, and takes a conversation with calls of tools as it was trained on', async () => {
    const answer = await engine.openai.chat.completions.create({
      model,
      metadata: { team: 'a' },
      messages: [
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c', content: 'done' },
        { role: 'assistant', refusal: 'No.' },
      ],
    });
    assert.deepEqual((answer as { metadata?: unknown }).metadata, { team: 'a' });
    const { prompt } = generator().requests.at(-1) ?? {};
    assert.ok(prompt?.kind === 'chat');
    assert.deepEqual(prompt.messages.map(({ content }) => content), ['{"name": "f", "arguments": {}}', 'done', 'No.']);
  });

  it('is refused with 400 where the model cannot take it', async () => {
    await assert.rejects(ask('too long'), { status: 400, code: 'context_length_exceeded', param: 'messages' });
    await assert.rejects(ask('too long', { stream: true }), { status: 400, code: 'context_length_exceeded' });
  });

  it('passes over what is outside the format, and what only tells about the request', async () => {
    const extras = {
      ...{ user: 'u', safety_identifier: 's', prompt_cache_key: 'k', store: false, parallel_tool_calls: true, tools: [], tool_choice: 'none' },
      ...{ response_format: { type: 'text' }, modalities: ['text'], service_tier: 'auto', verbosity: 'medium', logit_bias: null, n: null },
      ...{ top_k: 5, min_p: 'x', repetition_penalty: {}, __proto__x: 1 },
    };
    const response = await post('/chat/completions', { model, messages: [{ role: 'user', content: 'x' }], ...extras });
    assert.equal(response.status, 200, await response.text());
  });

  const bad: readonly (readonly [object, string])[] = [
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'assistant', tool_calls: [] }] }, 'messages[0].content'],
    [{ messages: [{ role: 'assistant', tool_calls: [{}] }] }, 'messages[0].tool_calls[0].function'],
    [{ messages: [{ role: 'assistant', tool_calls: 5 }] }, 'messages[0].tool_calls'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ stop: 5 }, 'stop'],
    [{ stop: [''] }, 'stop'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ stream: 'yes' }, 'stream'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
    [{ stream: true, stream_options: { include_usage: 1 } }, 'stream_options.include_usage'],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
    [{ functions: [{ name: 'f' }] }, 'functions'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ function_call: { name: 'f' } }, 'function_call'],
    [{ top_logprobs: 2 }, 'top_logprobs'],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'x' } } }, 'response_format'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ audio: { voice: 'alloy', format: 'wav' } }, 'audio'],
    [{ prediction: { type: 'content', content: 'x' } }, 'prediction'],
    [{ moderation: { model: 'm' } }, 'moderation'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ reasoning_effort: 'high' }, 'reasoning_effort'],
    [{ verbosity: 'low' }, 'verbosity'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ store: true }, 'store'],
    [{ metadata: { a: 1 } }, 'metadata'],
    [{ logit_bias: [1] }, 'logit_bias'],
    [{ logit_bias: { the: 1 } }, 'logit_bias'],
    [{ logit_bias: { 5: 101 } }, 'logit_bias'],
    [{ logit_bias: { 5: '1' } }, 'logit_bias'],
  ];
  for (const [fields, param] of bad) {
    it(`is refused for ${JSON.stringify(fields).slice(0, 70)}`, () =>
      refused('/chat/completions', { model, messages: [{ role: 'user', content: 'x' }], ...fields }, param));
  }
});

const numeric = ['temperature', 'top_p', 'n', 'max_tokens', 'max_completion_tokens', 'seed', 'presence_penalty', 'frequency_penalty', 'top_logprobs'];

describe('numbers', () => {
  for (const name of numeric) {
    it(`row 20: no odd number gets through as ${name}`, async () => {
      const begin = `{"model":${JSON.stringify(model)},"messages":[{"role":"user","content":"x"}],"logprobs":true,"${name}":`;
      for (const value of ['1e400', '-1e400', '9007199254740993', '-9007199254740993', '"3"', 'true', '[]', '{}']) {
        const response = await postText('/chat/completions', `${begin}${value}}`);
        const { error } = (await response.json()) as { error: { param: string } };
        assert.equal(response.status, 400, `${name}: ${value}`);
        assert.equal(error.param, name);
      }
      for (const value of ['NaN', 'Infinity', '-', '0x10', '-0', '0.1e-400']) {
        assert.equal((await postText('/chat/completions', `${begin}${value}}`)).status, 400);
      }
    });
  }

  const large: readonly (readonly [object, string])[] = [
    [{ n: 1_000_000 }, 'n'],
    [{ n: 129 }, 'n'],
    [{ n: 0 }, 'n'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 1_000_001 }, 'max_completion_tokens'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ top_p: -0.1 }, 'top_p'],
    [{ presence_penalty: 2.1 }, 'presence_penalty'],
    [{ frequency_penalty: -2.1 }, 'frequency_penalty'],
    [{ stop: Array.from({ length: 1_000 }, (_, index) => `s${index}`) }, 'stop'],
    [{ stop: 'x'.repeat(257) }, 'stop'],
    [{ logit_bias: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [index, 1])) }, 'logit_bias'],
    [{ logit_bias: { 99999999999: 1 } }, 'logit_bias'],
  ];
  for (const [fields, param] of large) {
    it(`row 21: too much is refused: ${JSON.stringify(fields).slice(0, 60)}`, async () => {
      await refused('/chat/completions', { model, messages: [{ role: 'user', content: 'x' }], ...fields }, param);
      if (!('max_completion_tokens' in fields) && !('max_tokens' in fields)) {
        await refused('/completions', { model, prompt: 'x', ...fields }, param);
      }
    });
  }

  it('row 21: a million keys are refused', async () => {
    const keys = Array.from({ length: 1_000_000 }, (_, index) => `"${index}":1`).join(',');
    const response = await postText('/chat/completions', `{"model":${JSON.stringify(model)},"messages":[{"role":"user","content":"x"}],"logit_bias":{${keys}}}`);
    assert.ok([400, 413].includes(response.status), String(response.status));
    assert.equal((await post('/chat/completions', { model, messages: [{ role: 'user', content: 'next' }] })).status, 200);
  });
});

describe('a stream', () => {
  /** A client that writes its request and then reads only when it is told to. */
  const openRaw = (body: unknown): Socket => {
    const { hostname, port } = new URL(engine.run.address.baseURL);
    const socket = connect({ port: Number(port), host: hostname });
    socket.pause();
    const text = JSON.stringify(body);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${engine.run.apiKey}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
    return socket;
  };

  it('row 28: a reader that reads nothing holds up its own answer, and gets all of it later', async () => {
    const before = generator().words;
    const socket = openRaw({ model, messages: [{ role: 'user', content: 'endless' }], stream: true });
    await eventually(async () => generator().paused.size, (size) => size === 1);
    const written = generator().words - before;
    assert.ok(written < 90_000, `only what fits into the sockets is computed, not ${written} words`);
    // Others are not held up.
    const other = await ask('quick');
    assert.ok('choices' in other);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(text.match(/"content":"on "/g)?.length, 100_000);
    assert.ok(text.includes('data: [DONE]\n\n'));
  });

  it('row 28: a reader that never reads and hangs up leaves nothing running', async () => {
    const count = generator().stopped.length;
    const socket = openRaw({ model, messages: [{ role: 'user', content: 'endless' }], stream: true });
    await eventually(async () => generator().paused.size, (size) => size === 1);
    socket.destroy();
    await eventually(async () => generator().stopped.length, (length) => length === count + 1);
    await free();
  });

  const forged = ['x\n\ndata: [DONE]\n\n', 'a\rb', 'a\u2028b\u2029c', 'a\u0000b', 'a\ud800b', '\udc00', 'event: error\n\n: x', '\ufeffx'];
  for (const text of forged) {
    it(`row 29: ${JSON.stringify(text)} is one whole event`, async () => {
      const response = await post('/chat/completions', { model, messages: [{ role: 'user', content: text }], stream: true });
      const raw = await response.text();
      assert.ok(raw.endsWith('data: [DONE]\n\n'));
      const events = raw.split('\n\n').filter((line) => line !== '');
      assert.ok(events.every((line) => /^data: [^\r\n]+$/.test(line)), raw);
      const contents = events.slice(0, -1).map((line) => {
        const { choices } = JSON.parse(line.slice('data: '.length)) as { choices: { delta: { content?: string } }[] };
        return choices[0]?.delta.content ?? '';
      });
      assert.equal(contents.join(''), text);
    });
  }
});

describe('a legacy completion', () => {
  const complete = (more: object) => engine.openai.completions.create({ model, prompt: 'a b', ...more }) as Promise<OpenAI.Completion>;

  it('answers whole', async () => {
    const answer = await complete({ n: 2, best_of: 2, max_tokens: 5, logprobs: 1 });
    assert.match(answer.id, /^cmpl-/);
    assert.deepEqual(Object.keys(answer).toSorted(), ['choices', 'created', 'id', 'model', 'object', 'system_fingerprint', 'usage']);
    assert.deepEqual(answer.choices.map(({ index, text, finish_reason }) => [index, text, finish_reason]), [[0, 'a b', 'stop'], [1, 'a b', 'stop']]);
    assert.deepEqual(answer.choices[0]?.logprobs, {
      tokens: ['a ', 'b'],
      token_logprobs: [-0.5, -0.5],
      top_logprobs: [{ 'a ': -0.5 }, { b: -0.5 }],
      text_offset: [0, 0],
    });
    const request = generator().requests.at(-1);
    assert.deepEqual([request?.maxTokens, request?.echo, request?.topLogprobs], [5, false, 1]);
    assert.equal((await complete({})).choices[0]?.logprobs, null);
    assert.equal(generator().requests.at(-1)?.maxTokens, 16);
  });

  const prompts: readonly (readonly [unknown, readonly string[]])[] = [
    [undefined, ['']],
    [null, ['']],
    ['x', ['x']],
    [['x', 'y'], ['x', 'y']],
    [[1, 2], ['1 2']],
    [[[1, 2], [3]], ['1 2', '3']],
  ];
  for (const [prompt, texts] of prompts) {
    it(`takes the prompt ${JSON.stringify(prompt)}`, async () => {
      const response = await post('/completions', { model, prompt });
      const { choices } = (await response.json()) as OpenAI.Completion;
      assert.deepEqual(choices.map(({ text }) => text), texts);
      assert.deepEqual(choices.map(({ index }) => index), [...texts.keys()]);
    });
  }

  it('streams', async () => {
    const stream = await engine.openai.completions.create({
      model, prompt: ['a b', 'c'], n: 2, stream: true, stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const texts = ['', '', '', ''];
    for (const { choices } of chunks) for (const { index, text } of choices) texts[index] += text;
    assert.deepEqual(texts, ['a b', 'a b', 'c', 'c']);
    assert.equal(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'stop').length, 4);
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.equal(chunks.at(-1)?.usage?.completion_tokens, 6);
    assert.ok(chunks.slice(0, -1).every(({ usage }) => usage === null));
  });

  it('tells of failures as a chat does', async () => {
    await assert.rejects(complete({ prompt: 'fail' }), { status: 500 });
    await assert.rejects(complete({ model: 'gpt-4o' }), { status: 404, code: 'model_not_found' });
    await assert.rejects(complete({ model: 'tunesmith-tiny' }), { status: 400, param: 'model' });
  });

  const bad: readonly (readonly [object, string])[] = [
    [{ prompt: 5 }, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: ['x', 1] }, 'prompt'],
    [{ prompt: [1.5] }, 'prompt'],
    [{ prompt: [-1] }, 'prompt'],
    [{ prompt: [[]] }, 'prompt'],
    [{ prompt: Array.from({ length: 129 }, () => 'x') }, 'prompt'],
    [{ prompt: ['x', 'y'], n: 65 }, 'n'],
    [{ suffix: 'end' }, 'suffix'],
    [{ best_of: 2 }, 'best_of'],
    [{ n: 2, best_of: 1 }, 'best_of'],
    [{ echo: 'yes' }, 'echo'],
    [{ logprobs: 6 }, 'logprobs'],
    [{ logprobs: true }, 'logprobs'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: -1, echo: true }, 'max_tokens'],
    [{ model: undefined }, 'model'],
  ];
  for (const [fields, param] of bad) {
    it(`is refused for ${JSON.stringify(fields).slice(0, 70)}`, () => refused('/completions', { model, prompt: 'x', ...fields }, param));
  }
});

describe('chats beside a job', () => {
  it('have their share of the time while it trains, and all of it before and after', async () => {
    await ask('start the generator');
    generator().shares.length = 0;
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: fileId });
    const limited = (shares: readonly number[]): boolean => shares.length > 0 && shares.every((share) => share > 0 && share <= 0.3);
    assert.ok(limited(await eventually(async () => generator().shares, (shares) => shares.length > 0)));
    // A generator that is started now is told too.
    await assert.rejects(ask('crash'), { status: 500 });
    await ask('again');
    assert.ok(limited(generator().shares));
    await engine.openai.fineTuning.jobs.cancel(job.id);
    await eventually(async () => generator().shares.at(-1), (last) => last === 1);
  });
});
