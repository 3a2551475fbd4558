import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configOf, parseConfig, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { loadModel, modelFiles, saveModel, type Model } from '../../../src/engine/model/modelFolder.ts';
import { countParameters, listParameters, randomParameters } from '../../../src/engine/model/parameters.ts';
import { Random } from '../../../src/engine/model/random.ts';
import { Vocabulary } from '../../../src/engine/model/vocabulary.ts';

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-model-'));
after(() => rm(folder, { recursive: true }));

function smallModel(seed: number): Model {
  const vocabulary = new Vocabulary([[70, 71]]);
  const config = configOf({ ...tunesmithTiny, width: 8, hidden: 12, layers: 2, heads: 2 }, vocabulary.size, 1);
  return { config, vocabulary, parameters: randomParameters(config, new Random(seed)) };
}

test('a saved model is loaded as it was', async () => {
  const directory = join(folder, 'deep', 'step-1');
  const model = smallModel(1);
  await saveModel(directory, model);
  const loaded = await loadModel(directory);
  assert.deepEqual(loaded.config, model.config);
  assert.deepEqual(loaded.vocabulary.merges, model.vocabulary.merges);
  assert.deepEqual(loaded.parameters, model.parameters);
  assert.deepEqual((await readdir(directory)).sort(), Object.values(modelFiles).sort());
  assert.deepEqual(await readdir(join(folder, 'deep')), ['step-1']);
});

test('the weights are a safetensors file as its specification says', async () => {
  const directory = join(folder, 'format');
  const model = smallModel(2);
  await saveModel(directory, model);
  const bytes = await readFile(join(directory, modelFiles.weights));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  assert.equal(headerLength % 8, 0);
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  let end = 0;
  for (const [name, tensor] of listParameters(model.parameters)) {
    const entry = header[name];
    assert.ok(entry);
    assert.equal(entry.dtype, 'F32');
    assert.deepEqual(entry.shape, tensor.shape);
    assert.equal(entry.data_offsets[0], end);
    end = entry.data_offsets[1];
    assert.equal(bytes.readFloatLE(8 + headerLength + entry.data_offsets[0]), tensor.data[0]);
  }
  assert.equal(8 + headerLength + end, bytes.length);
  assert.equal(end, 4 * countParameters(model.config));
});

test('saving again replaces the folder and leaves nothing of the old one', async () => {
  const directory = join(folder, 'again');
  await saveModel(directory, smallModel(3));
  await writeFile(join(directory, 'left-over'), '');
  await saveModel(directory, smallModel(4));
  assert.deepEqual((await loadModel(directory)).parameters, smallModel(4).parameters);
  assert.equal((await readdir(directory)).includes('left-over'), false);
});

test('what does not fit together is refused with the reason', async () => {
  const directory = join(folder, 'broken');
  const change = async (file: string, edit: (text: string) => string): Promise<void> => {
    await saveModel(directory, smallModel(5));
    await writeFile(join(directory, file), edit(await readFile(join(directory, file), 'utf8')));
  };
  await change(modelFiles.config, (text) => text.replace('"version": 1', '"version": 2'));
  await assert.rejects(loadModel(directory), /another version/);
  await change(modelFiles.config, (text) => text.replace('"width": 8', '"width": 16'));
  await assert.rejects(loadModel(directory), /no tensor "embedding" of shape 262 x 16/);
  await change(modelFiles.config, (text) => text.replace('"layers": 2', '"layers": 3'));
  await assert.rejects(loadModel(directory), /no tensor "layers.2.query"/);
  await change(modelFiles.vocabulary, (text) => text.replace('[[70,71]]', '[]'));
  await assert.rejects(loadModel(directory), /has 261 tokens instead of 262/);
  await saveModel(directory, smallModel(5));
  await writeFile(join(directory, modelFiles.weights), new Uint8Array(4));
  await assert.rejects(loadModel(directory), /too short/i);
  await assert.rejects(loadModel(join(folder, 'absent')), { code: 'ENOENT' });
});

test('a configuration needs every number, and heads that can turn', () => {
  const config = smallModel(6).config;
  assert.deepEqual(parseConfig(JSON.stringify(config)), config);
  assert.throws(() => parseConfig(JSON.stringify({ ...config, layers: 0 })), /"layers"/);
  assert.throws(() => parseConfig(JSON.stringify({ ...config, heads: 8 })), /multiple of its heads/);
  assert.throws(() => parseConfig('[]'), /another version/);
});
