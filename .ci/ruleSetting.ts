import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codePrefixes, ruleSettings, settableCodes } from '../src/core/dataset/ruleset.ts';

/** The schema of the setting `tunesmith.rules`, made of the table of rules. */
export function ruleSettingSchema(): object {
  return {
    type: 'object',
    scope: 'resource',
    default: {},
    markdownDescription: '%setting.rules%',
    propertyNames: { enum: [...settableCodes, ...codePrefixes].sort() },
    additionalProperties: {
      type: 'string',
      enum: ruleSettings,
      enumDescriptions: ruleSettings.map((setting) => `%setting.rules.${setting}%`),
    },
  };
}

type Manifest = { contributes: { configuration: { properties: Record<string, object> } } };

/** `npm run rules` writes it into package.json; a unit test compares the two. */
if (process.argv[1] === import.meta.filename) {
  const path = join(resolve(import.meta.dirname, '..'), 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  manifest.contributes.configuration.properties['tunesmith.rules'] = ruleSettingSchema();
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
