import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Format } from '../../../src/core/dataset/format.ts';
import { pastedExamples } from '../../../src/core/dataset/paste/pastedExamples.ts';
import { tableRows } from '../../../src/core/dataset/paste/tableRows.ts';
import { DatasetStream } from '../../../src/core/dataset/stream.ts';

type Said = { readonly role: string; readonly content: string };

function examples(text: string, format?: Format): readonly Readonly<Record<string, unknown>>[] | undefined {
  return pastedExamples(text, format)?.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

const spoken = (example: Readonly<Record<string, unknown>> | undefined): readonly string[] =>
  ((example?.['messages'] ?? []) as readonly Said[]).map(({ role, content }) => `${role}: ${content}`);

test('a table with named columns becomes examples', () => {
  const csv = 'id,Question,Correct Answer\r\n1,"What, exactly?","It is ""this"".\nReally."\r\n2,Empty?,\r\n3,Last?,Yes.';
  const found = pastedExamples(csv, 'chat');
  assert.equal(found?.from, 'table');
  assert.equal(found.skipped, 1);
  assert.deepEqual(examples(csv)?.map(spoken), [
    ['user: What, exactly?', 'assistant: It is "this".\nReally.'],
    ['user: Last?', 'assistant: Yes.'],
  ]);
});

test('cells of a spreadsheet are questions and answers even without names', () => {
  assert.deepEqual(examples('One?\t1\nTwo, or more?\t2\n')?.map(spoken), [
    ['user: One?', 'assistant: 1'],
    ['user: Two, or more?', 'assistant: 2'],
  ]);
  assert.deepEqual(spoken(examples('system_prompt\tprompt\tresponse\nBe brief.\tHi\tHello')?.[0]), [
    'system: Be brief.',
    'user: Hi',
    'assistant: Hello',
  ]);
});

test('a table becomes examples of the format of its file, or none', () => {
  const table = 'prompt;completion\na;b\n';
  assert.deepEqual(examples(table, 'completion'), [{ prompt: 'a', completion: 'b' }]);
  assert.deepEqual(examples(table, 'reinforcement'), [{ messages: [{ role: 'user', content: 'a' }], reference_answer: 'b' }]);
  assert.equal(examples(table, 'preference'), undefined);
  const pairs = 'prompt\tchosen\trejected\nq\tgood\tbad';
  assert.deepEqual(examples(pairs), [
    {
      input: { messages: [{ role: 'user', content: 'q' }] },
      preferred_output: [{ role: 'assistant', content: 'good' }],
      non_preferred_output: [{ role: 'assistant', content: 'bad' }],
    },
  ]);
});

test('a chat becomes one example, with what belongs to each message', () => {
  const chat = 'System: Be brief.\nUser: What is it?\nIt looks like:\n\n  ice\nAssistant: Ice.\nUser: Sure?\nAssistant: Yes: sure.\n';
  assert.deepEqual(examples(chat)?.map(spoken), [
    ['system: Be brief.', 'user: What is it?\nIt looks like:\n\n  ice', 'assistant: Ice.', 'user: Sure?', 'assistant: Yes: sure.'],
  ]);
  assert.deepEqual(examples('**You said:** a\n**ChatGPT said:** b\n---\nQ: c\nA: d')?.map(spoken), [
    ['user: a', 'assistant: b'],
    ['user: c', 'assistant: d'],
  ]);
});

test('what is pasted makes valid lines', () => {
  for (const text of ['User: "q" \\ \u2028\nAssistant: \u0001 a', 'question\tanswer\n"a\tb"\t\u0000', 'prompt,chosen,rejected\nq,g,b']) {
    for (const line of pastedExamples(text, undefined)?.lines ?? assert.fail(text)) {
      const check = new DatasetStream(10).push(line);
      assert.deepEqual([...check.problems, ...(check.as[check.format ?? 'chat'] ?? [])].filter(({ severity }) => severity === 'error'), [], line);
    }
  }
});

test('other text is left alone', () => {
  for (const text of [
    '{"messages": []}',
    'Just a sentence, with a comma.',
    'a,b\nc,d',
    'Note: User: is a word\nAssistant: too',
    'User: alone',
    'question,answer',
    'one\ttwo\tthree\nfour\tfive\tsix',
    '"never closed\tx',
    '',
  ]) {
    assert.equal(pastedExamples(text, undefined), undefined, text);
  }
});

test('cells may be empty, quoted and many', () => {
  assert.deepEqual(tableRows('a,,"b"\n\n,"",\r"x\r\ny",', ','), [['a', '', 'b'], ['x\r\ny', '']]);
  assert.deepEqual(tableRows('a,b\n', ','), [['a', 'b']]);
});
