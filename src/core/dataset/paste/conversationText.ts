import type { Role } from '../vocabulary.ts';

export type SpokenMessage = { readonly role: Role; readonly content: string };

/** How people and programs that copy a chat name who speaks. */
const speakers: Readonly<Record<string, Role>> = {
  system: 'system',
  user: 'user',
  human: 'user',
  customer: 'user',
  you: 'user',
  me: 'user',
  question: 'user',
  q: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  bot: 'assistant',
  chatgpt: 'assistant',
  gpt: 'assistant',
  claude: 'assistant',
  gemini: 'assistant',
  model: 'assistant',
  agent: 'assistant',
  answer: 'assistant',
  a: 'assistant',
};

const spoken = /^\s*(?:[-*>#]+\s+)?[*_]{0,2}([A-Za-z]{1,12})(?: said)?[*_]{0,2}\s*:[*_]{0,2}\s*([^]*)$/;

const rule = /^\s*(?:-{3,}|={3,}|\*{3,})\s*$/;

/**
 * The conversations of a text in which each message starts with who speaks («User: …»). A rule (`---`) or a system
 * message begins the next one. Undefined unless the text starts so and each conversation has a question and an answer.
 */
export function conversationsIn(text: string): readonly (readonly SpokenMessage[])[] | undefined {
  const conversations: { role: Role; lines: string[] }[][] = [];
  let current: { role: Role; lines: string[] }[] | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, name = '', first = ''] = spoken.exec(line) ?? [];
    const word = name.toLowerCase();
    const role = Object.hasOwn(speakers, word) ? speakers[word] : undefined;
    if (rule.test(line)) {
      current = undefined;
    } else if (role !== undefined) {
      if (current === undefined || role === 'system') {
        conversations.push((current = []));
      }
      current.push({ role, lines: [first] });
    } else if (current !== undefined) {
      current.at(-1)?.lines.push(line);
    } else if (line.trim() !== '') {
      return undefined;
    }
  }
  const found = conversations.map((messages) =>
    messages.map(({ role, lines }) => ({ role, content: lines.join('\n').trim() })),
  );
  const complete = found.every((messages) => holds(messages, 'user') && holds(messages, 'assistant'));
  return found.length > 0 && complete ? found : undefined;
}

function holds(messages: readonly SpokenMessage[], role: Role): boolean {
  return messages.some((message) => message.role === role && message.content !== '');
}
