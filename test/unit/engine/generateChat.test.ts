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
import { encodePrompt, endToken } from '../../../src/engine/model/template.ts';
import { Vocabulary } from '../../../src/engine/model/vocabulary.ts';
import type { GenerateRequest, GeneratorEvent } from '../../../src/protocol/training.ts';

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
    messages,
    temperature: 0,
    topP: 1,
    maxTokens: 20,
    seed: null,
    stop: [],
    ...changes,
  };
}

async function answer(asked: GenerateRequest): Promise<{ text: string; end: GeneratorEvent; events: GeneratorEvent[] }> {
  const events: GeneratorEvent[] = [];
  await new Generator((event) => events.push(event)).generate(asked);
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  return { text, end: events.at(-1) as GeneratorEvent, events };
}

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
  const { text, end } = await answer(request());
  assert.equal(text, model.vocabulary.decode(expected));
  assert.deepEqual(end, { kind: 'end', id: 'a', finishReason: 'length', promptTokens: 5, completionTokens: 20 });
});

test('the context limits the answer too', async () => {
  const { end } = await answer(request({ maxTokens: null, temperature: 0.01, seed: 1 }));
  assert.ok(end.kind === 'end' && (end.finishReason === 'stop' || end.promptTokens + end.completionTokens === 64));
  const { end: exact } = await answer(request({ maxTokens: 1000 }));
  assert.ok(exact.kind === 'end' && exact.promptTokens + exact.completionTokens <= 64);
});

test('a prompt longer than the context is an error as OpenAI words it', async () => {
  const { end, events } = await answer(request({ messages: [{ role: 'user', content: 'x'.repeat(70) }] }));
  assert.equal(events.length, 1);
  assert.ok(end.kind === 'failed' && end.code === 'context_length_exceeded');
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
  const { text: cut, end } = await answer(request({ stop: ['absent', stop] }));
  assert.equal(cut, text.slice(0, text.indexOf(stop)));
  assert.ok(end.kind === 'end' && end.finishReason === 'stop' && end.completionTokens < 20);
});

test('the end token ends the answer and is counted, as OpenAI does, but not shown', async () => {
  // Find a babbler that ends by itself.
  for (let seed = 2; seed < 60; seed += 1) {
    const other = await babbler(seed);
    const { text, end } = await answer(request({ modelDirectory: other.directory, maxTokens: null }));
    assert.ok(end.kind === 'end');
    if (end.finishReason === 'stop') {
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
  const { text, end } = await answer(request({ messages: [...history, ...messages] }));
  assert.equal(text, (await answer(request())).text);
  assert.ok(end.kind === 'end' && end.promptTokens === 5);
});

test('chats that run at the same time do not disturb each other', async () => {
  const events: GeneratorEvent[] = [];
  const generator = new Generator((event) => events.push(event));
  const other = await babbler(99);
  await Promise.all([
    generator.generate(request({ id: 'a' })),
    generator.generate(request({ id: 'b', messages: [{ role: 'user', content: 'other words' }] })),
    generator.generate(request({ id: 'c', modelDirectory: other.directory })),
  ]);
  const textOf = (id: string): string =>
    events.map((event) => (event.kind === 'text' && event.id === id ? event.text : '')).join('');
  assert.equal(textOf('a'), (await answer(request())).text);
  assert.equal(textOf('b'), (await answer(request({ messages: [{ role: 'user', content: 'other words' }] }))).text);
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
      } else {
        resolve(event);
      }
    });
    thread.postMessage(request({ modelDirectory: big.directory, maxTokens: null, temperature: 1, seed: 1 }));
  });
  await thread.terminate();
  assert.ok(end.kind === 'end' && end.completionTokens < 50_000);
});
