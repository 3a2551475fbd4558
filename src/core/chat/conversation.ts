import type { ChatMessage } from '../providers/wire.ts';
import { shownAnswer, type AskedWith, type ChatState } from './transcript.ts';

/**
 * The messages of one question: the system prompt unless it is blank, the earlier turns if they are wanted, the
 * question. Of an earlier turn the answer that is shown counts; turns whose answer failed or is empty are left out,
 * since a service expects user and assistant by turns.
 */
export function toMessages(state: ChatState, turnId: string, askedWith: AskedWith): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (askedWith.system.trim() !== '') messages.push({ role: 'system', content: askedWith.system });
  for (const turn of state.turns) {
    if (turn.id === turnId) {
      messages.push({ role: 'user', content: turn.question });
      return messages;
    }
    const answer = shownAnswer(turn);
    if (!askedWith.earlierTurns || answer === undefined || answer.text === '') continue;
    if (answer.status !== 'done' && answer.status !== 'stopped') continue;
    messages.push({ role: 'user', content: turn.question }, { role: 'assistant', content: answer.text });
  }
  return messages;
}
