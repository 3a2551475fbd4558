import { nearest } from './similarity.ts';

/** Roles of a supervised chat example (FineTuneChatRequestInput, openai-openapi 2025-07). */
export const roles = ['system', 'user', 'assistant', 'tool', 'function'] as const;
export type Role = (typeof roles)[number];

const knownRoles: ReadonlySet<string> = new Set(roles);

export function isRole(role: unknown): role is Role {
  return typeof role === 'string' && knownRoles.has(role);
}

/** Names that other tools and formats (ShareGPT, Gemini, Llama) give to the roles. */
const roleSynonyms: Readonly<Record<string, Role>> = {
  human: 'user',
  customer: 'user',
  prompter: 'user',
  gpt: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  chatgpt: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  agent: 'assistant',
  ipython: 'tool',
  tool_response: 'tool',
  system_prompt: 'system',
};

/** The role that a wrong one most likely stands for. */
export function nearestRole(role: string): Role | undefined {
  const word = role.trim().toLowerCase();
  return Object.hasOwn(roleSynonyms, word) ? roleSynonyms[word] : (nearest(word, roles) as Role | undefined);
}

/** Keys of a message, each with the role it belongs to where only one has it. */
export const messageKeys: ReadonlyMap<string, Role | undefined> = new Map<string, Role | undefined>([
  ['role', undefined],
  ['content', undefined],
  ['name', undefined],
  ['weight', 'assistant'],
  ['refusal', 'assistant'],
  ['audio', 'assistant'],
  ['tool_calls', 'assistant'],
  ['function_call', 'assistant'],
  ['tool_call_id', 'tool'],
]);

const keySynonyms: Readonly<Record<string, string>> = {
  from: 'role',
  speaker: 'role',
  author: 'role',
  value: 'content',
  text: 'content',
  message: 'content',
};

/** The key of a message that a wrong one most likely stands for. */
export function nearestMessageKey(key: string): string | undefined {
  const word = key.trim().toLowerCase();
  return Object.hasOwn(keySynonyms, word) ? keySynonyms[word] : nearest(word, messageKeys.keys());
}

const messagesSynonyms: ReadonlySet<string> = new Set([
  'message',
  'msgs',
  'conversation',
  'conversations',
  'dialog',
  'dialogue',
  'turns',
  'chat',
]);

/** True for a key that most likely stands for `messages`. */
export function meansMessages(key: string): boolean {
  const word = key.trim().toLowerCase();
  return messagesSynonyms.has(word) || nearest(word, ['messages']) !== undefined;
}

/** Types of JSON Schema. */
export const schemaTypes: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** Names that programming languages give to the types. */
const schemaTypeSynonyms: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
  none: 'null',
};

/** The type of JSON Schema that a wrong one most likely stands for. */
export function nearestSchemaType(type: string): string | undefined {
  const word = type.trim().toLowerCase();
  return Object.hasOwn(schemaTypeSynonyms, word) ? schemaTypeSynonyms[word] : nearest(word, schemaTypes);
}

/** Keys that older descriptions and other tools give to the outputs of a preference pair. */
export const outputSynonyms: ReadonlyMap<string, 'preferred_output' | 'non_preferred_output'> = new Map([
  ['preferred_completion', 'preferred_output'],
  ['chosen', 'preferred_output'],
  ['preferred', 'preferred_output'],
  ['non_preferred_completion', 'non_preferred_output'],
  ['rejected', 'non_preferred_output'],
  ['non_preferred', 'non_preferred_output'],
]);

/** What the service takes as a name of a message: no white space and none of `< | \ / >`. */
export const messageName = /^[^\s<|\\/>]{1,64}$/;

/** What the service takes as the name of a function (FunctionObject, openai-openapi). */
export const functionName = /^[A-Za-z0-9_-]{1,64}$/;
