import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixesFor } from '../../../src/core/dataset/fixes/fixes.ts';
import { fixAll } from '../../../src/core/dataset/fixes/fixAll.ts';
import type { Format } from '../../../src/core/dataset/format.ts';
import { checkLine } from '../../../src/core/dataset/line.ts';
import type { ProblemCode } from '../../../src/core/dataset/problem.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { createRuleset, defaultRuleset, type Ruleset } from '../../../src/core/dataset/ruleset.ts';
import { problemsOfLine } from '../../../src/core/dataset/summary.ts';
import { splitLines } from '../../../src/core/jsonl/lines.ts';
import { isBlank } from '../../../src/core/jsonl/lines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';
import { formatLines } from './formatLines.ts';
import { chatRuleLines } from './ruleLines.ts';

const rulesets = [defaultRuleset, createRuleset(datasetProfiles['together']!), createRuleset(datasetProfiles['alibaba']!)];

/** Lines that break a rule each and lines that break none, without images of megabytes. */
const seeds = [...chatRuleLines.map((row) => ['chat', ...row] as const), ...formatLines]
  .map(([format, , marked]) => [format, marked.replaceAll(/[«»]/g, '')] as const)
  .filter(([, text]) => text.length < 20_000);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const values: readonly Json[] = [null, true, 0, 1, 0.5, '', ' x ', 'user', 'assistant', 'function', '{}', [], {}, ['a'], { role: 'user', content: 'q' }, [{ type: 'text', text: 't' }]];
const keys = ['role', 'content', 'name', 'weight', 'tool_calls', 'tool_call_id', 'id', 'type', 'function', 'arguments', 'messages', 'tools', 'input', 'preferred_output', 'prompt', 'completion', 'mesages', 'answer', 'strict', 'parameters'];

/** Changes one place of a value at random: takes something away, doubles it, renames it, or puts something else there. */
function spoil(value: Json, random: Random): Json {
  if (typeof value !== 'object' || value === null || random.next() < 0.08) return random.pick(values);
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    const item = value[at];
    const how = random.below(4);
    if (item === undefined || how === 0) return [...value.slice(0, at), random.pick(values), ...value.slice(at)];
    if (how === 1) return value.toSpliced(at, 1);
    if (how === 2) return value.toSpliced(at, 0, item);
    return value.with(at, spoil(item, random));
  }
  const entries = Object.entries(value);
  const [key, item] = entries.length === 0 ? ['', null] : random.pick(entries);
  const others = entries.filter(([other]) => other !== key);
  const how = random.below(8);
  if (how === 0) return Object.fromEntries(others);
  if (how === 1) return Object.fromEntries([...others, [random.pick(keys), item]]);
  if (how === 2) return { ...value, [random.pick(keys)]: random.pick(values) };
  return { ...value, [key]: spoil(item, random) };
}

function spoiledText(text: string, random: Random): string {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  for (let left = random.below(3); left > 0; left -= 1) json = spoil(json, random);
  const written = JSON.stringify(json);
  const how = random.below(14);
  if (how === 0) return `${written},`;
  if (how === 1) return written.slice(0, -1 - random.below(2));
  if (how === 2) return written.replace(',', ',,');
  return how < 7 ? JSON.stringify(json, null, 1).replaceAll(/\n\s*/g, ' ') : written;
}

/** Problems of all lines of a text by code. */
function counts(text: string, format: Format, ruleset: Ruleset): Map<ProblemCode, number> {
  const found = new Map<ProblemCode, number>();
  for (const line of splitLines(text).filter((one) => !isBlank(one))) {
    for (const { code } of problemsOfLine(checkLine(line, { first: false, ruleset }), 0, line.length, format, ruleset)) {
      found.set(code, (found.get(code) ?? 0) + 1);
    }
  }
  return found;
}

const isBroken = (code: string): boolean => code.startsWith('json.') && !/duplicateKey|loneSurrogate|notObject/.test(code);

test('thousands of spoiled lines: every fix removes its problem and adds none', () => {
  const kinds = new Set<string>();
  let tried = 0;
  for (let seed = 1; seed <= 6000; seed += 1) {
    const random = new Random(seed);
    const [format, text] = random.pick(seeds);
    const ruleset = random.pick(rulesets);
    const line = spoiledText(text, random);
    if (isBlank(line)) continue;
    const source = new TextLines(line);
    const before = counts(line, format, ruleset);
    for (const problem of problemsOfLine(checkLine(line, { first: false, ruleset }), 0, line.length, format, ruleset)) {
      for (const fix of fixesFor(problem, source, { format, ruleset })) {
        const mended = new TextLines(line);
        mended.applyAll(fix.edits);
        const after = counts(mended.text, format, ruleset);
        const context = `seed ${seed}, ${format}, ${problem.code}, ${fix.kind}:\n${line}\n=>\n${mended.text}`;
        assert.ok((after.get(problem.code) ?? 0) < (before.get(problem.code) ?? 0), context);
        // What a line that could not be read holds shows only once it can be.
        const isNew = ([code, count]: readonly [ProblemCode, number]): boolean => (isBroken(problem.code) ? isBroken(code) : count > (before.get(code) ?? 0));
        assert.deepEqual([...after].filter(isNew), [], context);
        kinds.add(fix.kind);
        tried += 1;
      }
    }
  }
  assert.ok(tried > 4000 && kinds.size >= 30, `${tried} fixes of ${kinds.size} kinds`);
});

test('thousands of spoiled lines: fixing all leaves nothing that one clear fix would mend', () => {
  for (let seed = 1; seed <= 3000; seed += 1) {
    const random = new Random(seed);
    const [format, text] = random.pick(seeds);
    const reading = { format, ruleset: random.pick(rulesets) };
    const line = spoiledText(text, random);
    const source = new TextLines(`${line}\n{}`);
    const mended = new TextLines(source.text);
    const run = fixAll(source, reading);
    let step = run.next();
    while (!step.done) step = run.next();
    mended.applyAll(step.value);
    const again = fixAll(mended, reading);
    step = again.next();
    while (!step.done) step = again.next();
    assert.deepEqual(step.value, [], `seed ${seed}: ${line}\n=>\n${mended.text}`);
  }
});
