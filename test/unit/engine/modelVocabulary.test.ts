import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piecesOf } from '../../../src/engine/model/pieces.ts';
import { Random } from '../../../src/engine/model/random.ts';
import {
  firstByteToken,
  firstMergedToken,
  parseVocabulary,
  specialTokens,
  Vocabulary,
  vocabularyText,
} from '../../../src/engine/model/vocabulary.ts';
import { VocabularyLearner } from '../../../src/engine/model/vocabularyLearner.ts';

const texts = [
  '',
  ' ',
  'plants',
  'The cell wall.\r\n\r\n\tIt is  made of cellulose, isn’t it?   ',
  'H₂O, 6.02×10²³ and −40 °C',
  'Güneş enerjisi 水は酸素と水素 🧪👩🏽‍🔬 e\u0301',
  '<|end|><|assistant|>',
  '\u0000\u0001\uFEFF\uFFFD',
  'a'.repeat(3000),
  '=-'.repeat(500),
];

function learned(size: number): Vocabulary {
  const learner = new VocabularyLearner();
  for (const text of [...texts, 'the cell and the cell wall of the plant cell']) {
    learner.add(text);
  }
  return learner.learn(size);
}

test('pieces joined are the text, and none is long', () => {
  for (const text of texts) {
    const pieces = [...piecesOf(text)];
    assert.equal(pieces.join(''), text);
    assert.ok(pieces.every((piece) => piece !== '' && [...piece].length <= 25));
  }
  assert.deepEqual([...piecesOf('The cell wall, 1234!')], ['The', ' cell', ' wall', ',', ' 123', '4', '!']);
});

test('every text survives encoding and decoding, with and without merges', () => {
  for (const vocabulary of [new Vocabulary([]), learned(300), learned(400)]) {
    for (const text of texts) {
      assert.equal(vocabulary.decode(vocabulary.encode(text)), text);
    }
  }
});

test('random text survives too', () => {
  const vocabulary = learned(350);
  const random = new Random(5);
  for (let round = 0; round < 200; round += 1) {
    const characters = Array.from({ length: 20 }, () => {
      const code = Math.floor(random.next() * 0x10000);
      return code >= 0xd800 && code < 0xe000 ? '𝛼' : String.fromCharCode(code);
    });
    const text = characters.join('');
    assert.equal(vocabulary.decode(vocabulary.encode(text)), text);
  }
});

test('frequent pairs become one token, the most frequent first', () => {
  const learner = new VocabularyLearner();
  learner.add('abab abab abab xyxy');
  const vocabulary = learner.learn(firstMergedToken + 2);
  const id = (character: string): number => firstByteToken + character.charCodeAt(0);
  // "ab" occurs six times, every other pair at most three times.
  assert.deepEqual(vocabulary.merges, [
    [id('a'), id('b')],
    [firstMergedToken, firstMergedToken],
  ]);
  assert.deepEqual(vocabulary.encode('abab'), [firstMergedToken + 1]);
  assert.deepEqual(vocabulary.encode('aab'), [id('a'), firstMergedToken]);
});

test('encoding equals merging by the definition: always the earliest learned pair, everywhere', () => {
  const vocabulary = learned(380);
  for (const text of ['the cellular wall of the plant', 'cellcell', 'aaaaaaa', ' thethe cel']) {
    const expected = [...piecesOf(text)].flatMap((piece) => {
      let tokens = Array.from(new TextEncoder().encode(piece), (byte) => firstByteToken + byte);
      vocabulary.merges.forEach(([left, right], rank) => {
        const merged: number[] = [];
        for (let i = 0; i < tokens.length; i += 1) {
          const hit = tokens[i] === left && tokens[i + 1] === right;
          merged.push(hit ? firstMergedToken + rank : (tokens[i] as number));
          i += hit ? 1 : 0;
        }
        tokens = merged;
      });
      return tokens;
    });
    assert.deepEqual(vocabulary.encode(text), expected);
  }
});

test('text never gives a special token, and a special token gives no text', () => {
  const vocabulary = learned(400);
  for (const special of specialTokens) {
    assert.ok(vocabulary.encode(special).every((token) => token >= specialTokens.length));
  }
  assert.equal(vocabulary.decode([0, 1, 2, 3, 4]), '');
});

test('learning is reproducible and stops when nothing repeats', () => {
  assert.equal(vocabularyText(learned(400)), vocabularyText(learned(400)));
  const learner = new VocabularyLearner();
  learner.add('abcdef');
  assert.equal(learner.learn(1024).size, firstMergedToken);
});

test('a stored vocabulary is the same vocabulary; a broken one is refused', () => {
  const vocabulary = learned(333);
  const stored = parseVocabulary(vocabularyText(vocabulary));
  assert.equal(stored.size, vocabulary.size);
  assert.deepEqual(stored.encode('the plant cell'), vocabulary.encode('the plant cell'));
  assert.throws(() => parseVocabulary('{"type":"byte-pair","version":2}'), /another version/);
  const merges = (value: unknown): string =>
    JSON.stringify({ type: 'byte-pair', version: 1, specialTokens, merges: value });
  assert.throws(() => parseVocabulary(merges('x')), /no valid list/);
  assert.throws(() => parseVocabulary(merges([[5]])), /no valid list/);
  assert.throws(() => parseVocabulary(merges([[5, 9999]])), /do not exist/);
  assert.throws(() => parseVocabulary(merges([[0, 5]])), /do not exist/);
});
