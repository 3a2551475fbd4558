import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { escapeTemplate, parseTemplate, renderTemplate } from '../../../src/core/prepare/template.ts';

const cells = new Map([
  ['a', 'A'],
  ['with blank', 'B'],
  ['tricky', ' {{a}} \n$& İ'],
  ['', 'nothing'],
]);

describe('templates', () => {
  const rendered: readonly [template: string, text: string][] = [
    ['', ''],
    ['plain', 'plain'],
    ['{{a}}', 'A'],
    ['{{ a }}-{{with blank}}', 'A-B'],
    ['{{a}}{{a}}', 'AA'],
    // Cells are not read again: what looks like a placeholder in them is text.
    ['<{{tricky}}>', '< {{a}} \n$& İ>'],
    ['{{{{a}}', '{{a}}'],
    ['{{{{{{a}}', '{{A'],
    ['{{{a}}}', '{A}'],
    ['{a}', '{a}'],
    ['a}} {b', 'a}} {b'],
    ['{{absent}}!', '!'],
    ['Fragen: {{a}} – „{{a}}“', 'Fragen: A – „A“'],
  ];
  for (const [template, text] of rendered) {
    it(`${JSON.stringify(template)} gives ${JSON.stringify(text)}`, () => {
      const parsed = parseTemplate(template);
      assert.deepEqual(parsed.faults, []);
      assert.equal(renderTemplate(parsed, cells), text);
    });
  }

  it('say where a column is named', () => {
    const text = 'x {{ a }} {{b}}';
    const columns = parseTemplate(text).pieces.filter((piece) => piece.kind === 'column');
    assert.deepEqual(columns.map(({ column, start, end }) => [column, text.slice(start, end)]), [['a', 'a'], ['b', 'b']]);
  });

  const faults: readonly [template: string, kind: string, at: string][] = [
    ['x {{a', 'unclosed', '{{a'],
    ['{{a {{b}}', 'unclosed', '{{a '],
    ['{{a} b', 'unclosed', '{{a} b'],
    ['x{{ }}y', 'empty', '{{ }}'],
    ['{{}}', 'empty', '{{}}'],
  ];
  for (const [template, kind, at] of faults) {
    it(`${JSON.stringify(template)} has an ${kind} placeholder`, () => {
      const found = parseTemplate(template).faults;
      assert.deepEqual(found.map((fault) => [fault.kind, template.slice(fault.start, fault.end)]), [[kind, at]]);
    });
  }

  it('leave escaped text as it was', () => {
    for (const text of ['{{a}}', '{{', '{{{', '{{{{', '{{{{{', 'a{{b}}c{{{d}}}']) {
      assert.equal(renderTemplate(parseTemplate(escapeTemplate(text)), cells), text);
    }
  });
});
