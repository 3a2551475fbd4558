import type { Format } from '../format.ts';
import type { JsonType } from '../jsonType.ts';
import type { RulesOf } from './rule.ts';

/** Facts of the problems of a chat example and its messages. */
export type ChatCodes = {
  readonly 'example.format.mixed': { readonly format: Format; readonly fileFormat: Format };
  readonly 'example.messages.missing': { readonly near: string | undefined };
  readonly 'example.messages.wrongType': { readonly type: JsonType };
  readonly 'example.messages.empty': object;
  readonly 'example.key.unknown': { readonly key: string };
  readonly 'example.assistant.missing': object;
  readonly 'example.lastMessage.notAssistant': { readonly role: string };
  readonly 'example.user.missing': object;
  readonly 'example.system.position': { readonly repeated: boolean };
  readonly 'example.roles.repeated': { readonly role: string };
  readonly 'example.weights.allZero': object;
  readonly 'example.tokens.truncated': { readonly tokens: number; readonly maximum: number };
  readonly 'example.images.tooMany': { readonly images: number; readonly maximum: number };
  readonly 'example.parallelToolCalls.wrongType': { readonly type: JsonType };
  readonly 'message.wrongType': { readonly type: JsonType };
  readonly 'message.role.missing': { readonly near: string | undefined };
  readonly 'message.role.wrongType': { readonly type: JsonType };
  readonly 'message.role.unknown': { readonly role: string; readonly near: string | undefined };
  readonly 'message.role.developer': object;
  readonly 'message.key.unknown': { readonly key: string; readonly near: string | undefined };
  readonly 'message.key.misplaced': { readonly key: string; readonly role: string; readonly owner: string };
  readonly 'message.key.null': { readonly key: string };
  readonly 'message.content.missing': { readonly role: string };
  readonly 'message.content.null': { readonly role: string };
  readonly 'message.content.wrongType': { readonly type: JsonType };
  readonly 'message.content.empty': { readonly role: string };
  readonly 'message.content.surroundingSpace': object;
  readonly 'message.empty': object;
  readonly 'message.weight.invalid': { readonly value: string };
  readonly 'message.weight.misplaced': { readonly role: string };
  readonly 'message.weight.ignored': object;
  readonly 'message.name.ignored': object;
  readonly 'message.name.wrongType': { readonly type: JsonType };
  readonly 'message.name.invalid': { readonly name: string };
  readonly 'message.name.missing': object;
};

export const chatRules: RulesOf<ChatCodes> = {
  'example.format.mixed': { severity: 'error', evidence: 'service' },
  'example.messages.missing': { severity: 'error', evidence: 'service' },
  'example.messages.wrongType': { severity: 'error', evidence: 'service' },
  'example.messages.empty': { severity: 'error', evidence: 'service' },
  'example.key.unknown': { severity: 'error', evidence: 'service' },
  'example.assistant.missing': { severity: 'error', evidence: 'checker' },
  'example.lastMessage.notAssistant': { severity: 'error', evidence: 'service' },
  'example.user.missing': { severity: 'warning', evidence: 'checker' },
  'example.system.position': { severity: 'warning', evidence: 'practice' },
  'example.roles.repeated': { severity: 'warning', evidence: 'practice' },
  'example.weights.allZero': { severity: 'warning', evidence: 'practice' },
  'example.tokens.truncated': { severity: 'warning', evidence: 'guide' },
  'example.images.tooMany': { severity: 'warning', evidence: 'guide' },
  'example.parallelToolCalls.wrongType': { severity: 'error', evidence: 'schema' },
  'message.wrongType': { severity: 'error', evidence: 'schema' },
  'message.role.missing': { severity: 'error', evidence: 'service' },
  'message.role.wrongType': { severity: 'error', evidence: 'schema' },
  'message.role.unknown': { severity: 'error', evidence: 'service' },
  'message.role.developer': { severity: 'error', evidence: 'schema' },
  'message.key.unknown': { severity: 'warning', evidence: 'checker' },
  'message.key.misplaced': { severity: 'warning', evidence: 'hearsay' },
  'message.key.null': { severity: 'warning', evidence: 'hearsay' },
  'message.content.missing': { severity: 'error', evidence: 'schema' },
  'message.content.null': { severity: 'error', evidence: 'schema' },
  'message.content.wrongType': { severity: 'error', evidence: 'schema' },
  'message.content.empty': { severity: 'warning', evidence: 'practice' },
  'message.content.surroundingSpace': { severity: 'warning', evidence: 'practice' },
  'message.empty': { severity: 'error', evidence: 'service' },
  'message.weight.invalid': { severity: 'error', evidence: 'schema' },
  'message.weight.misplaced': { severity: 'error', evidence: 'service' },
  'message.weight.ignored': { severity: 'warning', evidence: 'guide' },
  'message.name.ignored': { severity: 'warning', evidence: 'guide' },
  'message.name.wrongType': { severity: 'error', evidence: 'schema' },
  'message.name.invalid': { severity: 'warning', evidence: 'hearsay' },
  'message.name.missing': { severity: 'error', evidence: 'schema' },
};
