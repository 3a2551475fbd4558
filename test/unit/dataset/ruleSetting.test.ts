import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ruleSettingSchema } from '../../../.ci/ruleSetting.ts';
import { problemCodes } from '../../../src/core/dataset/problem.ts';
import { codePrefixes, settableCodes } from '../../../src/core/dataset/ruleset.ts';

test('package.json offers every rule; `npm run rules` writes it anew', () => {
  const path = join(import.meta.dirname, '../../../package.json');
  const { contributes } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, unknown>> } };
  };
  assert.deepEqual(contributes.configuration.properties['tunesmith.rules'], ruleSettingSchema());
});

test('a prefix stands for codes and is none itself', () => {
  assert.ok(codePrefixes.includes('message') && codePrefixes.includes('content.part.image') && codePrefixes.includes('file.completion'));
  for (const prefix of codePrefixes) {
    assert.ok(settableCodes.some((code) => code.startsWith(`${prefix}.`)));
    assert.ok(!problemCodes.some((code) => code === prefix));
  }
});
