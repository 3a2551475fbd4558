import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetProfileOf, datasetProfiles, forModel } from '../../../src/core/dataset/profile.ts';
import { toConnections } from '../../../src/core/providers/connection.ts';
import { overrideProviders } from '../../../src/core/providers/overrides.ts';

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

test('the limits are those of the provider profile, as the person has corrected them', () => {
  const { providers } = overrideProviders({ nebius: { asOf: '2026-12-01', minExamples: 7 } });
  const at = (baseURL: string, profile?: string): ReturnType<typeof datasetProfileOf> => {
    const connection = toConnections([{ id: 'mine', label: 'Mine', baseURL, profile }], undefined, providers)[2];
    return datasetProfileOf(connection ?? assert.fail());
  };
  const gibibyte = 1024 ** 3;
  assert.deepEqual([at('https://api.tokenfactory.nebius.com/v1').minimumExamples, at('https://api.tokenfactory.nebius.com/v1').maximumFileBytes], [7, 5 * gibibyte]);
  assert.equal(at('https://api.together.xyz/v1').maximumFileBytes, 25 * gibibyte);
  assert.equal(at('https://api.together.xyz/v1', 'compatible').maximumFileBytes, 25 * gibibyte, 'also where it is asked as any other');
  assert.equal(at('https://me.openai.azure.com/openai/v1').maximumFileBytes, 5 * gibibyte);
  assert.equal(at('https://host.example/v1').maximumFileBytes, Number.POSITIVE_INFINITY);
  assert.equal(forModel(datasetProfiles['nebius']!, undefined).maximumFileBytes, 5 * gibibyte, 'from the command line too');
});

test('every profile says when and where it was read', () => {
  for (const [id, profile] of Object.entries(datasetProfiles)) {
    assert.equal(profile.id, id);
    assert.match(profile.asOf, /^\d{4}-\d\d-\d\d$/);
    assert.ok(profile.source.length > 10 && profile.minimumExamples >= 1);
  }
});
