import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenLedger } from '../../../src/core/tokens/tokenLedger.ts';
import { Random } from '../../support/random.ts';

test('an edit forgets the lines it touched, and no other', () => {
  const ledger = new TokenLedger(3);
  [10, null, 30].forEach((tokens, line) => ledger.set(line, tokens));
  assert.deepEqual(ledger.totals(), { tokens: 40, counted: 2, longest: 30, missing: 0 });
  ledger.applyChange({ range: { start: { line: 1, character: 2 }, end: { line: 1, character: 4 } }, text: 'a\nb' });
  assert.deepEqual([...ledger.missing()], [1, 2]);
  assert.equal(ledger.get(3), 30);
  assert.deepEqual(ledger.totals(), { tokens: 40, counted: 2, longest: 30, missing: 2 });
});

test('random edits leave what a plain list would', () => {
  const random = new Random(5);
  let plain: (number | undefined)[] = Array.from({ length: 900 }, () => undefined);
  const ledger = new TokenLedger(plain.length);
  for (let round = 0; round < 2_000; round += 1) {
    const line = random.below(plain.length);
    if (random.next() < 0.6) {
      const tokens = random.below(100);
      plain[line] = tokens;
      ledger.set(line, tokens);
    } else {
      const end = Math.min(plain.length - 1, line + random.below(4));
      const added = random.below(5);
      const range = { start: { line, character: 0 }, end: { line: end, character: 0 } };
      ledger.applyChange({ range, text: '\n'.repeat(added) });
      plain = [...plain.slice(0, line), ...Array.from({ length: added + 1 }, () => undefined), ...plain.slice(end + 1)];
    }
  }
  const known = plain.filter((tokens) => tokens !== undefined);
  assert.deepEqual(ledger.totals(), {
    tokens: known.reduce((sum, tokens) => sum + tokens, 0),
    counted: known.length,
    longest: Math.max(...known),
    missing: plain.length - known.length,
  });
  assert.deepEqual([...ledger.missing()], [...plain.keys()].filter((line) => plain[line] === undefined));
});
