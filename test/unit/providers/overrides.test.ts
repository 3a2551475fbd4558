import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { overrideProviders } from '../../../src/core/providers/overrides.ts';
import { builtInProviders } from '../../../src/core/providers/providers.ts';
import type { SettingFault } from '../../../src/core/providers/settingReader.ts';

const asOf = '2026-12-01';

describe('what a person knows better about a service', () => {
  it('is put over what is known, with its date', () => {
    const { providers, faults } = overrideProviders({
      nebius: {
        asOf,
        source: 'https://example.org/prices',
        minExamples: 4,
        hyperparameters: { nEpochs: { max: 20 } },
        capabilities: { metadata: true, deploy: 'none' },
        models: {
          'meta-llama/Llama-3.1-8B-Instruct': { price: { training: 0.4, input: 0.1, output: 0.2 } },
          'meta-llama/Llama-3.3-70B-Instruct': null,
          'own/model': { methods: ['supervised', 'dpo'], exampleTokens: 8_192, shutdown: '2027-06-30' },
        },
      },
      openai: { asOf, creationEnds: null, models: { 'gpt-4o-2024-08-06': { shutdown: null } } },
    });
    assert.deepEqual(faults, []);
    const { nebius, openai } = providers;
    assert.deepEqual(nebius.minExamples, { value: 4, asOf, source: 'https://example.org/prices' });
    assert.deepEqual(nebius.hyperparameters.nEpochs, { min: 1, max: 20, integer: true });
    assert.equal(nebius.capabilities.metadata, true);
    assert.equal(nebius.capabilities.deploy, 'none');
    assert.equal(nebius.capabilities.weights, true, 'the rest stays');
    const [llama, qwen, own] = nebius.baseModels;
    assert.deepEqual(llama?.price?.value, { training: 0.4, input: 0.1, output: 0.2 });
    assert.equal(llama?.servedAs?.value, 'meta-llama/Meta-Llama-3.1-8B-Instruct', 'the rest stays');
    assert.match(qwen?.id ?? '', /^Qwen/);
    assert.deepEqual(own?.methods, ['supervised', 'dpo']);
    assert.equal(own?.shutdown?.value, '2027-06-30');
    assert.equal('creationEnds' in openai, false);
    assert.equal(openai.baseModels.find(({ id }) => id === 'gpt-4o-2024-08-06')?.shutdown, undefined);
    assert.equal(openai.baseModels.length, builtInProviders.openai.baseModels.length);
    assert.equal(openai.baseModels[3]?.methods.length, 2);
    assert.equal(providers.azure, builtInProviders.azure);
  });

  it('leaves everything as it is where nothing is said', () => {
    for (const setting of [undefined, null, {}]) {
      assert.deepEqual(overrideProviders(setting), { providers: builtInProviders, faults: [] });
    }
  });

  const wrong: readonly [name: string, setting: unknown, path: string, kind: SettingFault['kind']][] = [
    ['no object', 'openai', '', 'notObject'],
    ['a list', [], '', 'notObject'],
    ['an unknown service', { mistral: {} }, 'mistral', 'unknownKey'],
    ['a name of every object', { __proto__: null, constructor: {} }, 'constructor', 'unknownKey'],
    ['a service that is no object', { openai: 5 }, 'openai', 'notObject'],
    ['a mistyped key', { openai: { minExample: 5 } }, 'openai.minExample', 'unknownKey'],
    ['a fact without a date', { openai: { minExamples: 5 } }, 'openai.minExamples', 'noDate'],
    ['a day that does not exist', { openai: { asOf: '2026-02-30' } }, 'openai.asOf', 'notDate'],
    ['a date in words', { openai: { asOf, creationEnds: 'tomorrow' } }, 'openai.creationEnds', 'notDate'],
    ['a number as a text', { openai: { asOf, minExamples: '10' } }, 'openai.minExamples', 'notNumber'],
    ['less than nothing', { openai: { asOf, maxFileBytes: -1 } }, 'openai.maxFileBytes', 'notNumber'],
    ['a rate of another kind', { nebius: { learningRate: 'relative' } }, 'nebius.learningRate', 'notChoice'],
    ['a switch that is a text', { nebius: { capabilities: { pause: 'yes' } } }, 'nebius.capabilities.pause', 'notBoolean'],
    ['a range upside down', { nebius: { hyperparameters: { nEpochs: { min: 9, max: 3 } } } }, 'nebius.hyperparameters.nEpochs', 'notRange'],
    ['half a price', { nebius: { asOf, models: { m: { price: { input: 1, output: 1 } } } } }, 'nebius.models.m.price.training', 'notNumber'],
    ['a negative price', { nebius: { asOf, models: { m: { price: { training: -1, input: 1, output: 1 } } } } }, 'nebius.models.m.price.training', 'notNumber'],
    ['a method that nobody has', { nebius: { models: { m: { methods: ['sft'] } } } }, 'nebius.models.m.methods', 'notChoice'],
  ];
  for (const [name, setting, path, kind] of wrong) {
    it(`tells of ${name}, and keeps what is known`, () => {
      const { providers, faults } = overrideProviders(setting);
      assert.deepEqual(faults.map((fault) => [fault.path, fault.kind]), [[path, kind]]);
      assert.deepEqual(providers.openai, builtInProviders.openai);
      assert.deepEqual(providers.nebius.hyperparameters, builtInProviders.nebius.hyperparameters);
      assert.deepEqual(providers.nebius.capabilities, builtInProviders.nebius.capabilities);
    });
  }

  it('counts around a place that is wrong', () => {
    const { providers, faults } = overrideProviders({ openai: { asOf, minExamples: 'x', maxFileBytes: 1024 } });
    assert.equal(faults.length, 1);
    assert.equal(providers.openai.maxFileBytes?.value, 1024);
  });
});

describe('the schema of the settings', () => {
  type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly patternProperties?: Readonly<Record<string, Schema>>; readonly additionalProperties?: Schema; readonly items?: Schema; readonly enum?: readonly string[]; readonly scope?: string };
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, Schema>> } };
  };
  const { 'tunesmith.providers': providers, 'tunesmith.connections': connections } = manifest.contributes.configuration.properties;
  const [provider] = Object.values(providers?.patternProperties ?? {});

  /** Keys that the reader does not know of are told with the keys that it does. */
  function known(setting: (key: string) => object, path: string): readonly string[] {
    const fault = overrideProviders({ openai: setting('nobody knows this') }).faults.find((one) => one.kind === 'unknownKey');
    assert.equal(fault?.path, `openai.${path}nobody knows this`);
    return [...(fault.choices ?? [])].sort();
  }
  const keysOf = (schema: Schema | undefined): readonly string[] => Object.keys(schema?.properties ?? {}).sort();

  it('completes what the reader reads, and nothing else', () => {
    assert.deepEqual(keysOf(providers), Object.keys(builtInProviders).sort());
    assert.deepEqual(keysOf(provider), known((key) => ({ [key]: 1 }), ''));
    assert.deepEqual(keysOf(provider?.properties?.['capabilities']), known((key) => ({ capabilities: { [key]: 1 } }), 'capabilities.'));
    assert.deepEqual(keysOf(provider?.properties?.['hyperparameters']), known((key) => ({ hyperparameters: { [key]: 1 } }), 'hyperparameters.'));
    assert.deepEqual(keysOf(provider?.properties?.['models']?.additionalProperties), known((key) => ({ models: { m: { [key]: 1 } } }), 'models.m.'));
  });

  it('names every kind of service for a connection but Local', () => {
    const kinds = connections?.items?.properties?.['profile']?.enum ?? [];
    assert.deepEqual([...kinds, 'local'].sort(), Object.keys(builtInProviders).sort());
  });

  it('row 94: money and addresses are not a repository’s to set', () => {
    assert.deepEqual([providers?.scope, connections?.scope], ['machine', 'machine']);
  });
});
