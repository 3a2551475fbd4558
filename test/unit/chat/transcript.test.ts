import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toMessages } from '../../../src/core/chat/conversation.ts';
import { parseChatFile, toChatFile, toMaxTokens, toTemperature } from '../../../src/core/chat/chatFile.ts';
import { emptyChat, findUnderWay, reduceChat, shownAnswer } from '../../../src/core/chat/transcript.ts';
import type { AskedWith, ChatAction, ChatState } from '../../../src/core/chat/transcript.ts';

const askedWith: AskedWith = {
  model: { model: 'ft:tiny', ref: { connectionId: 'local', jobId: 'ftjob-1' } },
  system: 'Be brief.',
  temperature: 0,
  maxTokens: null,
  earlierTurns: true,
};

const ask = (n: number, at = n * 100): ChatAction => ({
  kind: 'ask', turnId: `t${n}`, answerId: `a${n}`, question: `q${n}`, askedWith, at,
});
const text = (n: number | string, part: string, at = 150): ChatAction => ({ kind: 'text', answerId: `a${n}`, text: part, at });
const end = (n: number | string, at = 200): ChatAction => ({
  kind: 'end', answerId: `a${n}`, at, finishReason: 'stop', usage: { promptTokens: 5, completionTokens: 7 },
});
const play = (...actions: readonly ChatAction[]): ChatState => actions.reduce(reduceChat, emptyChat);

describe('reduceChat', () => {
  it('collects the parts of an answer with their times and tokens', () => {
    const state = play(ask(1), text(1, 'Hel', 130), text(1, 'lo', 150), end(1, 400));
    const answer = state.turns[0]?.answers[0];
    assert.deepEqual(
      { ...answer, askedWith: undefined },
      {
        id: 'a1', askedWith: undefined, status: 'done', text: 'Hello', askedAt: 100, firstTextMs: 30, totalMs: 300,
        finishReason: 'stop', usage: { promptTokens: 5, completionTokens: 7 },
      },
    );
  });

  it('keeps what was written when an answer is stopped or fails', () => {
    const stopped = play(ask(1), text(1, 'Hel'), { kind: 'stop', answerId: 'a1', at: 180 });
    assert.deepEqual([stopped.turns[0]?.answers[0]?.status, stopped.turns[0]?.answers[0]?.text], ['stopped', 'Hel']);
    const failed = play(ask(1), text(1, 'Hel'), { kind: 'fail', answerId: 'a1', at: 180, failure: { kind: 'cutOff', message: 'gone' } });
    assert.deepEqual([failed.turns[0]?.answers[0]?.status, failed.turns[0]?.answers[0]?.failure?.kind], ['failed', 'cutOff']);
  });

  it('ignores parts that come after the end, or for answers that are gone', () => {
    const state = play(ask(1), text(1, 'x'), end(1));
    for (const late of [text(1, 'y'), end(1), text(9, 'y'), { kind: 'stop', answerId: 'a1', at: 1 } as const]) {
      assert.equal(reduceChat(state, late), state);
    }
    assert.deepEqual(play(ask(1), { kind: 'clear' }, text(1, 'x')).turns, []);
  });

  it('adds an answer on retry and drops attempts that brought nothing', () => {
    const retry = (answerId: string): ChatAction => ({ kind: 'retry', turnId: 't1', answerId, askedWith, at: 300 });
    const fail = (answerId: string): ChatAction => ({ kind: 'fail', answerId, at: 310, failure: { kind: 'unreachable', message: '' } });
    const state = play(ask(1), text(1, 'one'), end(1), retry('a2'), fail('a2'), retry('a3'), text(3, 'three'), end(3));
    assert.deepEqual(state.turns[0]?.answers.map((answer) => answer.text), ['one', 'three']);
    assert.equal(state.turns[0] && shownAnswer(state.turns[0])?.text, 'three');
    const back = reduceChat(state, { kind: 'show', turnId: 't1', index: 0 });
    assert.equal(back.turns[0] && shownAnswer(back.turns[0])?.text, 'one');
    assert.equal(reduceChat(state, { kind: 'show', turnId: 't1', index: 5 }), state);
  });

  it('never holds two answers under way and finds the one there is', () => {
    const state = play(ask(1), text(1, 'a'), end(1), ask(2));
    assert.equal(findUnderWay(state)?.answer.id, 'a2');
    assert.equal(findUnderWay(play(ask(1), end(1))), undefined);
  });

  it('gives a cleared chat back until the next question', () => {
    const cleared = play(ask(1), text(1, 'x'), end(1), { kind: 'clear' });
    assert.equal(cleared.turns.length, 0);
    assert.equal(reduceChat(cleared, { kind: 'undoClear' }).turns.length, 1);
    assert.equal(reduceChat(cleared, { kind: 'clear' }), cleared);
    assert.deepEqual(reduceChat(cleared, ask(2)).cleared, []);
  });
});

describe('toMessages', () => {
  const state = play(
    ask(1), text(1, 'one'), end(1),
    ask(2), { kind: 'fail', answerId: 'a2', at: 1, failure: { kind: 'other', message: '' } },
    ask(3), text(3, 'thr'), { kind: 'stop', answerId: 'a3', at: 1 },
    ask(4),
  );
  const cases: readonly [string, Partial<AskedWith>, string[]][] = [
    ['with the turns that have an answer', {}, ['system: Be brief.', 'user: q1', 'assistant: one', 'user: q3', 'assistant: thr', 'user: q4']],
    ['alone', { earlierTurns: false }, ['system: Be brief.', 'user: q4']],
    ['without a blank system prompt', { earlierTurns: false, system: ' \n' }, ['user: q4']],
  ];
  for (const [name, over, expected] of cases) {
    it(`sends the question ${name}`, () => {
      const messages = toMessages(state, 't4', { ...askedWith, ...over });
      assert.deepEqual(messages.map(({ role, content }) => `${role}: ${content}`), expected);
    });
  }
  it('sends nothing that was asked after the question of a retry', () => {
    assert.deepEqual(toMessages(state, 't1', askedWith).map(({ content }) => content), ['Be brief.', 'q1']);
  });
});

describe('the chat file', () => {
  it('brings back what was written, and an unfinished answer as stopped', () => {
    const state = play(
      { kind: 'set', settings: { model: { ...askedWith.model, checkpoint: 40 }, system: 'S', temperature: 0.7, maxTokens: 9, earlierTurns: false } },
      { kind: 'draft', text: 'half a quest', at: 5 },
      ask(1), text(1, 'Ünïcödé\n"quoted"'), end(1),
      ask(2),
    );
    assert.deepEqual(parseChatFile(toChatFile(play(ask(1), text(1, 'x'), end(1)))), play(ask(1), text(1, 'x'), end(1)));
    const read = parseChatFile(toChatFile(state));
    assert.deepEqual(read?.settings, state.settings);
    assert.deepEqual(read?.draft, state.draft);
    assert.deepEqual(read?.turns[0], state.turns[0]);
    assert.equal(read?.turns[1]?.answers[0]?.status, 'stopped');
  });

  const whole = toChatFile(play(ask(1), text(1, 'x'), end(1)));
  it('never throws on a damaged file', () => {
    for (let end = 0; end < whole.length - 1; end += 7) assert.equal(parseChatFile(whole.slice(0, end)), undefined);
    for (const other of ['null', '[]', '{}', '{"version":2}', '1']) assert.equal(parseChatFile(other), undefined);
  });
  it('keeps the turns that can be read', () => {
    const damaged = whole.replace('"turns": [', '"turns": [ null, {"id":1}, {"id":"x","question":"q","answers":[{}]},');
    assert.deepEqual(parseChatFile(damaged)?.turns.map((turn) => turn.id), ['t1']);
    const odd = parseChatFile('{"version":1,"settings":{"temperature":9,"maxTokens":-1,"system":5,"model":{"model":"m"}}}');
    assert.deepEqual(odd, emptyChat);
  });
});

describe('limits of what a person may set', () => {
  it('temperature from 0 to 2, tokens positive and whole', () => {
    assert.deepEqual([0, 2, 0.35, -0.1, 2.1, Number.NaN, '1', null].map(toTemperature), [0, 2, 0.35, ...Array(5).fill(undefined)]);
    assert.deepEqual([1, 4096, 0, -1, 1.5, Infinity, '5'].map(toMaxTokens), [1, 4096, ...Array(5).fill(undefined)]);
  });
});
