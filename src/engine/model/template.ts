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
