import { readLines } from '../../disk/files.ts';
import { conversationOf } from '../model/messageText.ts';
import { encodeConversation } from '../model/template.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { VocabularyLearner } from '../model/vocabularyLearner.ts';

/** More text than this does not change which pairs are frequent. In UTF-16 units. */
const maxLearnedText = 8_000_000;

/** Tokenized examples, end to end in typed arrays: example i is tokens[starts[i]] up to tokens[starts[i + 1]]. */
export type Examples = {
  readonly count: number;
  readonly tokens: Uint16Array;
  /** 1 where the token counts in the loss. */
  readonly trained: Uint8Array;
  readonly starts: Float64Array;
  readonly longest: number;
  /** Examples longer than the context; their end was cut. */
  readonly truncated: number;
  readonly trainedTokens: number;
  /** User messages in the longest conversation, at least 1. */
  readonly turns: number;
};

/** What keeps long work interruptible: hands the message loop a turn now and then, throws when cancelled. */
export type Breath = () => Promise<void> | undefined;

/** @throws SyntaxError if a line is no JSON (the server validates files before it trains on them) */
async function* conversationsIn(path: string, breath: Breath): AsyncGenerator<ReturnType<typeof conversationOf>> {
  for await (const line of readLines(path)) {
    const text = line.number === 1 ? line.text.replace(/^\uFEFF/, '') : line.text;
    if (text.trim() !== '') {
      yield conversationOf(JSON.parse(text));
    }
    await breath();
  }
}

/** Learns the vocabulary of a base model from a training file. */
export async function learnVocabulary(path: string, size: number, breath: Breath): Promise<Vocabulary> {
  const learner = new VocabularyLearner();
  let length = 0;
  for await (const messages of conversationsIn(path, breath)) {
    for (const { text } of messages) {
      learner.add(text);
      length += text.length;
    }
    if (length > maxLearnedText) {
      break;
    }
  }
  return learner.learn(size);
}

/**
 * Tokenizes a training or validation file. An example longer than `contextLength` is cut at its end, as OpenAI does;
 * if no trained token is left, it is context without a lesson and drops out of the loss by itself.
 */
export async function readExamples(
  path: string,
  vocabulary: Vocabulary,
  contextLength: number,
  breath: Breath,
): Promise<Examples> {
  let tokens = new Uint16Array(1 << 16);
  let trained = new Uint8Array(1 << 16);
  const starts = [0];
  let [end, longest, truncated, trainedTokens, turns] = [0, 0, 0, 0, 1];
  for await (const messages of conversationsIn(path, breath)) {
    const ids: number[] = [];
    const flags: number[] = [];
    encodeConversation(messages, vocabulary, ids, flags);
    if (ids.length > contextLength) {
      truncated += 1;
      ids.length = flags.length = contextLength;
    }
    if (end + ids.length > tokens.length) {
      tokens = grown(tokens, new Uint16Array(2 * tokens.length));
      trained = grown(trained, new Uint8Array(2 * trained.length));
    }
    tokens.set(ids, end);
    trained.set(flags, end);
    end += ids.length;
    starts.push(end);
    longest = Math.max(longest, ids.length);
    turns = Math.max(turns, messages.filter(({ role }) => role === 'user').length);
    trainedTokens += flags.reduce((sum, flag) => sum + flag, 0);
  }
  return {
    count: starts.length - 1,
    tokens: tokens.subarray(0, end),
    trained: trained.subarray(0, end),
    starts: Float64Array.from(starts),
    longest,
    truncated,
    trainedTokens,
    turns,
  };
}

function grown<T extends Uint8Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
