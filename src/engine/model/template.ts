import { specialTokens, type SpecialToken, type Vocabulary } from './vocabulary.ts';

/**
 * The chat template, the one place that says how a conversation becomes tokens:
 *
 *     <|system|>text<|end|><|user|>text<|end|><|assistant|>text<|end|>
 *
 * One special token for the role, the text, one special token for its end; nothing between messages. `developer`
 * reads as system, `function` as tool. The model answers after `<|assistant|>` and stops with `<|end|>`, so an
 * assistant's text and its end are what is trained.
 */
export type TemplateMessage = {
  readonly role: string;
  readonly text: string;
  /** Whether its tokens count in the loss. */
  readonly trained: boolean;
};

const roleTokens: Readonly<Record<string, SpecialToken>> = {
  system: '<|system|>',
  developer: '<|system|>',
  user: '<|user|>',
  assistant: '<|assistant|>',
  tool: '<|tool|>',
  function: '<|tool|>',
};

export const endToken = idOf('<|end|>');

function idOf(token: SpecialToken): number {
  return specialTokens.indexOf(token);
}

function roleToken(role: string): number {
  return idOf(roleTokens[role] ?? '<|user|>');
}

/** Appends the tokens of a conversation, and for each token 1 if the loss counts it, else 0. */
export function encodeConversation(
  messages: Iterable<TemplateMessage>,
  vocabulary: Vocabulary,
  tokens: number[],
  trained: number[],
): void {
  for (const message of messages) {
    tokens.push(roleToken(message.role));
    trained.push(0);
    vocabulary.encodeInto(message.text, tokens);
    tokens.push(endToken);
    while (trained.length < tokens.length) {
      trained.push(message.trained ? 1 : 0);
    }
  }
}

/**
 * What a model reads of a chat: the system messages at its beginning and everything from the `turns`-th last user
 * message on. A model that starts from nothing knows only conversations as long as those of its training file; with
 * more before the question it answers nonsense, where a pretrained model would cope.
 */
export function lastTurns<T extends { readonly role: string }>(messages: readonly T[], turns: number): readonly T[] {
  const instructions = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  if (instructions < 0) {
    return messages;
  }
  const questions = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : []));
  const from = questions.at(-turns) ?? instructions;
  return questions.length > turns ? [...messages.slice(0, instructions), ...messages.slice(from)] : messages;
}

/** The tokens after which the model continues with the assistant's answer. */
export function encodePrompt(
  messages: Iterable<{ readonly role: string; readonly content: string }>,
  vocabulary: Vocabulary,
): number[] {
  const tokens: number[] = [];
  for (const message of messages) {
    tokens.push(roleToken(message.role));
    vocabulary.encodeInto(message.content, tokens);
    tokens.push(endToken);
  }
  tokens.push(roleToken('assistant'));
  return tokens;
}

/** A text that the model continues. It learned only the assistant's texts, so it reads it as the beginning of one. */
export function encodeText(text: string, vocabulary: Vocabulary): number[] {
  const tokens = [roleToken('assistant')];
  vocabulary.encodeInto(text, tokens);
  return tokens;
}
