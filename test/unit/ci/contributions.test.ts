import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContributions, type Declared, type Manifest } from '../../../.ci/contributions.ts';

const manifest: Manifest = {
  activationEvents: ['onWebviewPanel:tunesmith.metrics'],
  contributes: {
    commands: [{ command: 'tunesmith.jobs.create', title: '%create%', category: '%category%' }],
    viewsContainers: { activitybar: [{ id: 'tunesmith', title: '%container%' }] },
    views: { tunesmith: [{ id: 'tunesmith.jobs', name: '%jobs%' }] },
    viewsWelcome: [{ view: 'tunesmith.jobs', contents: '%welcome%', when: 'tunesmith.jobsState == empty' }],
    menus: { 'view/title': [{ command: 'tunesmith.jobs.create', when: 'view == tunesmith.jobs' }] },
    configuration: { properties: { 'tunesmith.dataset.validate': {} } },
  },
};
const declared: Declared = {
  commandIds: { create: 'tunesmith.jobs.create' },
  viewIds: { container: 'tunesmith', jobs: 'tunesmith.jobs', metrics: 'tunesmith.metrics' },
  settingIds: { validate: 'tunesmith.dataset.validate' },
  contextKeys: { state: 'tunesmith.jobsState' },
};
const english = {
  create: 'Create',
  category: 'Fine-Tuning',
  container: 'Tunesmith',
  jobs: 'Jobs',
  welcome: '[Create](command:tunesmith.jobs.create)',
};
const texts = { 'package.nls.json': english };

test('a manifest that agrees with its declarations has no complaint', () => {
  assert.deepEqual(checkContributions(manifest, declared, texts), []);
});

test('each disagreement is named once', () => {
  const { contributes } = manifest;
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [checkContributions(manifest, { ...declared, commandIds: {} }, texts), /not in commandIds/],
    [checkContributions(manifest, { ...declared, viewIds: { ...declared.viewIds, x: 'tunesmith.x' } }, texts), /not in package/],
    [checkContributions(manifest, { ...declared, settingIds: {} }, texts), /dataset\.validate is in package\.json/],
    [checkContributions(manifest, { ...declared, contextKeys: {} }, texts), /names tunesmith\.jobsState/],
    [checkContributions(manifest, declared, { 'package.nls.json': { ...english, create: '' } }), /%create% has no text/],
    [checkContributions(manifest, declared, { 'package.nls.json': { ...english, old: 'x' } }), /nobody uses old/],
    [checkContributions(manifest, declared, { ...texts, 'package.nls.tr.json': { x: 'y' } }), /tr\.json: x is not in/],
    [
      checkContributions(manifest, declared, { 'package.nls.json': { ...english, welcome: '(command:tunesmith.gone)' } }),
      /links to the unknown command tunesmith\.gone/,
    ],
    [
      checkContributions({ ...manifest, contributes: { ...contributes, menus: { m: [{ command: 'tunesmith.gone' }] } } }, declared, texts),
      /Menu m names the unknown command tunesmith\.gone/,
    ],
    [
      checkContributions(
        { ...manifest, contributes: { ...contributes, commands: [{ command: 'tunesmith.jobs.create', category: '%category%' }] } },
        declared,
        { 'package.nls.json': { ...english, create: 'Create' } },
      ).filter((complaint) => !complaint.includes('nobody uses')),
      /has no title/,
    ],
  ];
  for (const [complaints, expected] of cases) {
    assert.equal(complaints.length, 1, complaints.join('\n'));
    assert.match(complaints[0] ?? '', expected);
  }
});
