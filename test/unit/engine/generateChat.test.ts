import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Forward } from '../../../src/engine/generate/forward.ts';
import { Generator } from '../../../src/engine/generate/generator.ts';
import { greedy } from '../../../src/engine/generate/sampling.ts';
import { configOf, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { saveModel, type Model } from '../../../src/engine/model/modelFolder.ts';
import { mapParameters, randomParameters } from '../../../src/engine/model/parameters.ts';
import { Random } from '../../../src/engine/model/random.ts';
import { encodePrompt, encodeText, endToken } from '../../../src/engine/model/template.ts';
import { firstByteToken, specialTokens, Vocabulary, type SpecialToken } from '../../../src/engine/model/vocabulary.ts';
import type { GenerateRequest, GeneratorEvent, Prompt, ScoredToken } from '../../../src/protocol/training.ts';

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-generate-'));
after(() => rm(folder, { recursive: true }));

/** Random weights babble: text enough to be cut, stopped and drawn. */
async function babbler(seed: number, contextLength = 64): Promise<{ model: Model; directory: string }> {
  const random = new Random(seed);
  const vocabulary = new Vocabulary([]);
  const config = configOf({ ...tunesmithTiny, width: 16, hidden: 32, layers: 1, contextLength }, vocabulary.size, 1);
  const parameters = mapParameters(randomParameters(config, random), ({ shape, data }) => ({
    shape,
    data: data.map(() => 0.5 * random.normal()),
  }));
  const model: Model = { config, vocabulary, parameters };
  const directory = join(folder, `model-${seed}`);
  await saveModel(directory, model);
  return { model, directory };
}

const { model, directory } = await babbler(1);
const messages = [{ role: 'user', content: 'hi' }] as const;

function request(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    kind: 'generate',
    id: 'a',
    modelDirectory: directory,
    prompt: { kind: 'chat', messages },
    choices: 1,
    echo: false,
    temperature: 0,
    topP: 1,
    maxTokens: 20,
    seed: null,
    stop: [],
    presencePenalty: 0,
    frequencyPenalty: 0,
    logitBias: [],
    topLogprobs: null,
    ...changes,
  };
}

type Answered = {
  readonly text: string;
  readonly finishReason: 'stop' | 'length' | undefined;
  readonly end: GeneratorEvent;
  readonly events: GeneratorEvent[];
  /** One for each choice. */
  readonly texts: readonly string[];
  readonly tokens: readonly ScoredToken[];
};

async function answer(asked: GenerateRequest): Promise<Answered> {
  const events: GeneratorEvent[] = [];
  await new Generator((event) => events.push(event)).generate(asked);
  const texts = Array.from({ length: asked.choices }, (_, choice) =>
    events.map((event) => (event.kind === 'text' && event.choice === choice ? event.text : '')).join(''),
  );
  const finishReason = events.find((event) => event.kind === 'choice')?.finishReason;
  const tokens = events.flatMap((event) => (event.kind === 'text' ? (event.tokens ?? []) : []));
  return { text: texts.join(''), finishReason, end: events.at(-1) as GeneratorEvent, events, texts, tokens };
}

const said = (...list: readonly { readonly role: string; readonly content: string }[]): Prompt => ({ kind: 'chat', messages: list });

/** The greedy continuation by the definition: the whole sequence anew for every token, up to the end token. */
function continuation({ config, parameters, vocabulary }: Model, count: number): number[] {
  const tokens = encodePrompt(messages, vocabulary);
  const added: number[] = [];
  while (added.length < count && added.at(-1) !== endToken) {
    const forward = new Forward(config, parameters);
    const cache = forward.newCache();
    for (const token of [...tokens, ...added]) {
      forward.append(token, cache);
    }
    added.push(greedy(forward.logits()));
  }
  return added;
}

test('a greedy answer is the most likely continuation, cut at the asked length', async () => {
  const expected = continuation(model, 20);
  assert.ok(!expected.includes(endToken), 'the random model should not end here');
  const { text, end, finishReason } = await answer(request());
  assert.equal(text, model.vocabulary.decode(expected));
  assert.equal(finishReason, 'length');
  assert.deepEqual(end, { kind: 'end', id: 'a', promptTokens: 5, completionTokens: 20 });
});

test('the context limits the answer too', async () => {
  const { end, finishReason } = await answer(request({ maxTokens: null, temperature: 0.01, seed: 1 }));
  assert.ok(end.kind === 'end' && (finishReason === 'stop' || end.promptTokens + end.completionTokens === 64));
  const { end: exact } = await answer(request({ maxTokens: 1000 }));
  assert.ok(exact.kind === 'end' && exact.promptTokens + exact.completionTokens <= 64);
});

test('a prompt longer than the context is an error as OpenAI words it', async () => {
  const { end, events } = await answer(request({ prompt: said({ role: 'user', content: 'x'.repeat(70) }) }));
  assert.equal(events.length, 1);
  assert.ok(end.kind === 'failed' && end.code === 'context_length_exceeded' && end.fault === 'request');
  assert.match(end.message, /maximum context length is 64 tokens.*resulted in 73 tokens/);
});

test('the same seed gives the same answer, another one another', async () => {
  const drawn = async (seed: number): Promise<string> => (await answer(request({ temperature: 1, seed }))).text;
  assert.equal(await drawn(4), await drawn(4));
  assert.notEqual(await drawn(4), await drawn(5));
});

test('a stop string ends the answer in front of it', async () => {
  const { text } = await answer(request());
  const stop = text.slice(4, 6);
  const { text: cut, end, finishReason } = await answer(request({ stop: ['absent', stop] }));
  assert.equal(cut, text.slice(0, text.indexOf(stop)));
  assert.ok(end.kind === 'end' && finishReason === 'stop' && end.completionTokens < 20);
});

test('the end token ends the answer and is counted, as OpenAI does, but not shown', async () => {
  // Find a babbler that ends by itself.
  for (let seed = 2; seed < 60; seed += 1) {
    const other = await babbler(seed);
    const { text, end, finishReason } = await answer(request({ modelDirectory: other.directory, maxTokens: null }));
    assert.ok(end.kind === 'end');
    if (finishReason === 'stop') {
      const expected = continuation(other.model, end.completionTokens);
      assert.equal(expected.at(-1), endToken);
      assert.equal(text, model.vocabulary.decode(expected));
      return;
    }
  }
  assert.fail('no model ended by itself');
});

test('of a chat with more turns than it was trained on, the model reads the last ones', async () => {
  const history = [
    { role: 'user', content: 'other' },
    { role: 'assistant', content: 'thing' },
  ] as const;
  const { text, end } = await answer(request({ prompt: said(...history, ...messages) }));
  assert.equal(text, (await answer(request())).text);
  assert.ok(end.kind === 'end' && end.promptTokens === 5);
});

test('chats that run at the same time do not disturb each other', async () => {
  const events: GeneratorEvent[] = [];
  const generator = new Generator((event) => events.push(event));
  const other = await babbler(99);
  await Promise.all([
    generator.generate(request({ id: 'a' })),
    generator.generate(request({ id: 'b', prompt: said({ role: 'user', content: 'other words' }) })),
    generator.generate(request({ id: 'c', modelDirectory: other.directory })),
  ]);
  const textOf = (id: string): string =>
    events.map((event) => (event.kind === 'text' && event.id === id ? event.text : '')).join('');
  assert.equal(textOf('a'), (await answer(request())).text);
  assert.equal(textOf('b'), (await answer(request({ prompt: said({ role: 'user', content: 'other words' }) }))).text);
  assert.equal(textOf('c'), (await answer(request({ modelDirectory: other.directory }))).text);
});

test('a model that is not there fails; when it is there, it answers', async () => {
  const events: GeneratorEvent[] = [];
  const generator = new Generator((event) => events.push(event));
  const late = join(folder, 'late');
  await generator.generate(request({ modelDirectory: late }));
  const [failed] = events;
  assert.ok(failed?.kind === 'failed' && failed.code === 'server_error' && /ENOENT/.test(failed.message));
  await saveModel(late, model);
  await generator.generate(request({ modelDirectory: late }));
  assert.equal(events.at(-1)?.kind, 'end');
});

test('in its thread, an answer is stopped between two tokens', async () => {
  // Large enough that the answer is never finished before the message to stop arrives.
  const big = await babbler(3, 60_000);
  const thread = new Worker(new URL('../../../src/engine/generatorThread.ts', import.meta.url));
  after(() => thread.terminate());
  const end = await new Promise<GeneratorEvent>((resolve, reject) => {
    thread.once('error', reject);
    thread.on('message', (event: GeneratorEvent) => {
      if (event.kind === 'text') {
        thread.postMessage({ kind: 'stop', id: 'a' });
      } else if (event.kind !== 'choice') {
        resolve(event);
      }
    });
    thread.postMessage(request({ modelDirectory: big.directory, maxTokens: null, temperature: 1, seed: 1 }));
  });
  await thread.terminate();
  assert.ok(end.kind === 'end' && end.completionTokens < 50_000);
});

test('a text far beyond the context is refused without reading all of it', async () => {
  const { end } = await answer(request({ prompt: said({ role: 'user', content: 'x'.repeat(4_000_000) }) }));
  assert.ok(end.kind === 'failed' && end.code === 'context_length_exceeded');
  assert.match(end.message, /at least 81633 tokens/);
});

test('several choices are each reproducible; the first is that of a single answer', async () => {
  const asked = request({ temperature: 1, seed: 7, choices: 3 });
  const { texts, events, end } = await answer(asked);
  assert.deepEqual((await answer(asked)).texts, texts);
  assert.equal(new Set(texts).size, 3);
  assert.equal((await answer({ ...asked, choices: 1 })).text, texts[0]);
  assert.deepEqual(events.filter((event) => event.kind === 'choice').map(({ choice }) => choice), [0, 1, 2]);
  const ends = await Promise.all([1, 2].map((choices) => answer({ ...asked, choices })));
  assert.ok(end.kind === 'end' && ends.every((other) => other.end.kind === 'end' && other.end.promptTokens === end.promptTokens));
  const { texts: greedyTexts } = await answer(request({ choices: 2 }));
  assert.equal(greedyTexts[0], greedyTexts[1], 'the prompt is read once, and nothing of a choice is left for the next');
});

/** Natural logarithms of the softmax by its definition. */
function logSoftmax(scores: Float32Array): number[] {
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return Array.from(scores, (score) => score - total);
}

function scoresAfter(tokens: readonly number[]): Float32Array {
  const forward = new Forward(model.config, model.parameters);
  const cache = forward.newCache();
  for (const token of tokens) forward.append(token, cache);
  return forward.logits();
}

test('log probabilities are those of the model, of the token and of the likeliest', async () => {
  const { tokens, text } = await answer(request({ topLogprobs: 3, temperature: 1, seed: 2, logitBias: [[100, 1]], presencePenalty: 1 }));
  assert.equal(tokens.length, 20);
  const context = encodePrompt(messages, model.vocabulary);
  for (const told of tokens) {
    const expected = logSoftmax(scoresAfter(context));
    const order = expected.map((_, token) => token).toSorted((a, b) => (expected[b] ?? 0) - (expected[a] ?? 0) || a - b);
    told.top.forEach((other, place) => {
      assert.ok(Math.abs(other.logprob - (expected[order[place] ?? 0] ?? 0)) < 1e-4);
    });
    assert.equal(told.top.length, 3);
    // In this vocabulary a token is one byte, after the special ones.
    const token = told.bytes === null ? specialTokens.indexOf(told.text as SpecialToken) : firstByteToken + (told.bytes[0] ?? 0);
    assert.ok(Math.abs((told.logprob ?? 0) - (expected[token] ?? 0)) < 1e-4);
    context.push(token);
  }
  const bytes = tokens.flatMap((told) => told.bytes ?? []);
  assert.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)), text);
});

test('the tokens told are those of the text: none before its text, none of what a stop text hides', async () => {
  const { text } = await answer(request());
  const stop = text.slice(4, 6);
  const { events, text: cut } = await answer(request({ stop: [stop], topLogprobs: 0 }));
  let shown = 0;
  for (const event of events) {
    if (event.kind !== 'text') continue;
    shown += event.text.length;
    assert.ok(event.tokens?.every(({ offset }) => offset < shown));
  }
  const told = events.flatMap((event) => (event.kind === 'text' ? (event.tokens ?? []) : []));
  assert.ok(told.every(({ offset }) => offset < cut.length));
  assert.equal(new TextDecoder().decode(Uint8Array.from(told.flatMap(({ bytes }) => bytes ?? []))), cut);
});

test('a bias bans a token or forces it, and a penalty keeps drawn ones away', async () => {
  const letter = firstByteToken + 'q'.charCodeAt(0);
  assert.equal((await answer(request({ logitBias: [[letter, 100]] }))).text, 'q'.repeat(20));
  assert.ok(!(await answer(request({ logitBias: [[letter, -100]], temperature: 2, seed: 1, maxTokens: null }))).text.includes('q'));
  // Nothing is likelier by more than the bias; with a penalty for each time, the forced letters take turns.
  const letters = ['q', 'w', 'e'].map((name) => [firstByteToken + name.charCodeAt(0), 90] as const);
  const { text } = await answer(request({ logitBias: letters, frequencyPenalty: 2, maxTokens: 30 }));
  assert.deepEqual([...new Set(text)].toSorted(), ['e', 'q', 'w']);
  const { end } = await answer(request({ logitBias: [[model.config.vocabularySize, 1]] }));
  assert.ok(end.kind === 'failed' && end.fault === 'request' && end.param === 'logit_bias');
});

test('a text is gone on with as the beginning of an answer, tokens as they are', async () => {
  const asText = await answer(request({ prompt: { kind: 'text', text: 'hi' } }));
  const tokens = encodeText('hi', model.vocabulary);
  const asTokens = await answer(request({ prompt: { kind: 'tokens', tokens } }));
  assert.equal(asText.text, asTokens.text);
  assert.ok(asText.end.kind === 'end' && asText.end.promptTokens === 3);
  const { end } = await answer(request({ prompt: { kind: 'tokens', tokens: [model.config.vocabularySize] } }));
  assert.ok(end.kind === 'failed' && end.fault === 'request' && end.param === 'prompt');
});

test('an echo begins with the prompt, each of its tokens with its probability', async () => {
  const plain = await answer(request({ prompt: { kind: 'text', text: 'hé' } }));
  const { texts, tokens, end } = await answer(request({ prompt: { kind: 'text', text: 'hé' }, echo: true, topLogprobs: 0, choices: 2 }));
  assert.deepEqual(texts, [`hé${plain.text}`, `hé${plain.text}`]);
  const context = encodeText('hé', model.vocabulary);
  for (const place of [1, 2, 3]) {
    const expected = logSoftmax(scoresAfter(context.slice(0, place)))[context[place] ?? 0] ?? 0;
    assert.ok(Math.abs((tokens[place - 1]?.logprob ?? 0) - expected) < 1e-4);
  }
  assert.deepEqual(tokens.slice(0, 3).map(({ text, offset }) => [text, offset]), [['h', 0], ['\\xc3', 1], ['\\xa9', 1]]);
  assert.ok(end.kind === 'end' && end.promptTokens === 4);
  const only = await answer(request({ prompt: { kind: 'tokens', tokens: context }, echo: true, topLogprobs: 0, maxTokens: 0 }));
  assert.equal(only.text, 'hé');
  assert.deepEqual(only.tokens.map(({ logprob }) => logprob === null), [true, false, false, false]);
  assert.ok(only.end.kind === 'end' && only.end.completionTokens === 0);
});

test('a request that is held goes on where it was, and can be stopped', async () => {
  const expected = (await answer(request({ maxTokens: 40 }))).text;
  const events: GeneratorEvent[] = [];
  const generator = new Generator((event) => {
    events.push(event);
    if (event.kind === 'text' && events.length === 5) generator.take({ kind: 'pause', id: 'a' });
  });
  const held = generator.generate(request({ maxTokens: 40 }));
  await generator.generate(request({ id: 'b', maxTokens: 59 }));
  const textOf = (id: string): string => events.map((event) => (event.kind === 'text' && event.id === id ? event.text : '')).join('');
  assert.ok(textOf('a').length < expected.length);
  assert.ok(!events.some((event) => event.kind === 'end' && event.id === 'a'));
  generator.take({ kind: 'resume', id: 'a' });
  await held;
  assert.equal(textOf('a'), expected);
  generator.take({ kind: 'pause', id: 'a' });
  const stopped = generator.generate(request({ id: 'c' }));
  generator.take({ kind: 'pause', id: 'c' });
  generator.take({ kind: 'stop', id: 'c' });
  await stopped;
  assert.deepEqual(events.filter((event) => event.kind === 'end').map(({ id }) => id), ['b', 'a', 'c']);
});
