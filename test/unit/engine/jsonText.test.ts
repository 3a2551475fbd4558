import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/engine/server/apiError.ts';
import { checkJson } from '../../../src/engine/server/jsonText.ts';
import { Random } from '../../support/random.ts';

const refusal = (text: string): ApiError | undefined => {
  try {
    checkJson(text);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the check of JSON texts', () => {
  it('rows 15-16: takes exactly what JSON.parse takes, whatever is broken', () => {
    const random = new Random(7);
    const inserts = '{}[]",:\\ue0159-+.tfn \n\t\0\u00a0\ufeff'.split('');
    const seeds = [
      '{"model":"m","messages":[{"role":"user","content":"h\\u00e9 \\"q\\" \\\\ \\n"}],"temperature":0.5,"stream":true,"stop":null}',
      '[1,-2.5e-3,0,1E+2,[],{},[[{"a":[false]}]]," ",{"b":{"c":{"d":null}}}]',
      ' \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } } \n',
      '"\\ud83d\\ude00 \u2028 \u007f"',
      '-0.10',
    ];
    let valid = 0;
    for (let count = 0; count < 10_000; count += 1) {
      let text = seeds[count % seeds.length] ?? '';
      for (let edits = 0; edits < count % 4; edits += 1) {
        const at = random.below(text.length + 1);
        const cut = random.below(3);
        text = text.slice(0, at) + (random.next() < 0.6 ? random.pick(inserts) : '') + text.slice(at + cut);
      }
      const refused = refusal(text);
      const code = refused?.body.error.code;
      if (code === 'duplicate_field' || code === 'invalid_value') {
        continue;
      }
      assert.equal(refused === undefined, isJson(text), `${JSON.stringify(text)}: ${refused?.message}`);
      valid += refused === undefined ? 1 : 0;
    }
    assert.ok(valid > 2_500, 'many of them are whole');
  });

  it('row 16: every beginning of a text ends where it is cut', () => {
    const text = '{"a":[1,{"b":"x\\u0041"},true],"c":-1.5e3}';
    for (let length = 0; length < text.length; length += 1) {
      const error = refusal(text.slice(0, length));
      assert.equal(error?.status, 400);
      const position = Number(/position (\d+)/.exec(error?.message ?? '')?.[1]);
      assert.ok(position <= length, error?.message);
    }
    assert.equal(refusal(text), undefined);
  });

  it('row 17: takes long strings and long numbers in one pass', () => {
    assert.equal(refusal(JSON.stringify({ text: 'a'.repeat(4_000_000) })), undefined);
    assert.equal(refusal(JSON.stringify({ text: '"\\\n'.repeat(1_000_000) })), undefined);
    assert.equal(refusal(`{"n":0.${'3'.repeat(1_000_000)}}`), undefined);
    assert.equal(refusal(`{"n":1${'0'.repeat(1_000_000)}}`)?.body.error.param, 'n');
  });
});
