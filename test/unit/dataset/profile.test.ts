import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetProfileOf, datasetProfiles, forModel } from '../../../src/core/dataset/profile.ts';
import { toConnections } from '../../../src/core/providers/connection.ts';

test('the address of a connection tells whose rules count', () => {
  const table: readonly (readonly [baseURL: string, id: string])[] = [
    ['https://me.openai.azure.com/openai/v1', 'azure'],
    ['https://me.services.ai.azure.com/api/projects/p/openai/v1', 'azure'],
    ['https://api.tokenfactory.nebius.com/v1', 'nebius'],
    ['https://api.together.xyz/v1', 'together'],
    ['https://api.fireworks.ai/inference/v1', 'fireworks'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'alibaba'],
    ['http://127.0.0.1:8080/v1', 'compatible'],
    ['https://openai.azure.com.example.org/v1', 'compatible'],
  ];
  for (const [baseURL, id] of table) {
    const connection = toConnections([{ id: 'mine', label: 'Mine', baseURL }], undefined).find((one) => one.id === 'mine');
    assert.ok(connection, baseURL);
    assert.equal(datasetProfileOf(connection).id, id, baseURL);
  }
  const [local, openai] = toConnections([], undefined);
  assert.deepEqual([local, openai].map((connection) => connection && datasetProfileOf(connection).id), ['local', 'openai']);
});

test('what is known of a model narrows the profile of its service', () => {
  const openai = datasetProfiles['openai']!;
  assert.equal(forModel(openai, 'gpt-4o-2024-08-06').images, openai.images);
  assert.equal(forModel(openai, 'gpt-4.1-mini-2025-04-14').images, undefined, 'no vision tuning');
  assert.equal(forModel(openai, 'ft:gpt-4.1-mini-2025-04-14:me::1').exampleTokens, 65_536);
  assert.equal(forModel(datasetProfiles['azure']!, 'gpt-4.1-nano').exampleTokens, 32_768);
  assert.equal(forModel(datasetProfiles['local']!, 'tunesmith-tiny').exampleTokens, 512);
  assert.equal(forModel(openai, 'unheard-of'), openai);
});

test('every profile says when and where it was read', () => {
  for (const [id, profile] of Object.entries(datasetProfiles)) {
    assert.equal(profile.id, id);
    assert.match(profile.asOf, /^\d{4}-\d\d-\d\d$/);
    assert.ok(profile.source.length > 10 && profile.minimumExamples >= 1);
  }
});
