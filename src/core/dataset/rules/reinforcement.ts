import { isRole } from '../vocabulary.ts';
import { checkConversation } from './conversation.ts';
import { declaredTools } from './example.ts';
import type { Findings } from './findings.ts';

/** Keys of a reinforcement example that graders cannot refer to. */
export const reservedKeys: ReadonlySet<string> = new Set(['messages', 'tools']);

/** What a template can name after `item.`. */
const fieldName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The rules of one example for reinforcement; every key besides `messages` and `tools` is a field for graders.
 * Source: FineTuneReinforcementRequestInput of openai-openapi (2025-07) and the guide to graders.
 */
export function checkReinforcementExample(example: Readonly<Record<string, unknown>>, findings: Findings): void {
  const declared = declaredTools(example, [], findings);
  const messages = example['messages'];
  if (messages === undefined) {
    findings.add({ code: 'example.messages.missing', near: undefined }, []);
  } else {
    const conversation = checkConversation(messages, ['messages'], 'reinforcement', declared, findings);
    const role = conversation?.lastRole;
    if (conversation && (isRole(role) || role === 'developer') && role !== 'user' && role !== 'tool') {
      findings.add({ code: 'reinforcement.lastMessage.notUser', role }, ['messages', conversation.messages.length - 1, 'role']);
    }
  }
  let fields = 0;
  for (const key in example) {
    if (!reservedKeys.has(key)) {
      fields += 1;
      if (!fieldName.test(key)) {
        findings.add({ code: 'reinforcement.field.name', key }, [key], 'key');
      }
    }
  }
  if (fields === 0) {
    findings.add({ code: 'reinforcement.fields.none' }, []);
  }
}
