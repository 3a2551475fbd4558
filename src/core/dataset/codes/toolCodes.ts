import type { JsonType } from '../jsonType.ts';
import type { RulesOf } from './rule.ts';

/** How the arguments of a call break the schema of its function. */
export type ArgumentFault = 'missing' | 'unknown' | 'type' | 'enum';

/** Facts of the problems of calls of tools, and of their declarations. */
export type ToolCodes = {
  readonly 'toolCalls.wrongType': { readonly type: JsonType };
  readonly 'toolCalls.empty': object;
  readonly 'toolCall.wrongType': { readonly type: JsonType };
  readonly 'toolCall.id.missing': object;
  readonly 'toolCall.id.wrongType': { readonly type: JsonType };
  readonly 'toolCall.id.duplicate': { readonly id: string };
  readonly 'toolCall.type.invalid': { readonly type: string | undefined };
  readonly 'toolCall.function.missing': { readonly type: JsonType | undefined };
  readonly 'toolCall.name.invalid': { readonly type: JsonType | undefined };
  readonly 'toolCall.name.undeclared': { readonly name: string };
  readonly 'toolCall.arguments.missing': object;
  readonly 'toolCall.arguments.wrongType': { readonly type: JsonType };
  readonly 'toolCall.arguments.notJson': object;
  readonly 'toolCall.arguments.notObject': { readonly type: JsonType; readonly encodedTwice: boolean };
  readonly 'toolCall.arguments.mismatch': { readonly parameter: string; readonly fault: ArgumentFault };
  readonly 'toolCall.unanswered': { readonly id: string };
  readonly 'toolAnswer.callId.missing': object;
  readonly 'toolAnswer.callId.wrongType': { readonly type: JsonType };
  readonly 'toolAnswer.callId.unmatched': { readonly id: string };
  readonly 'toolAnswer.repeated': { readonly id: string };
  readonly 'functionAnswer.unmatched': { readonly name: string };
  readonly 'functionCall.besideToolCalls': object;
  readonly 'functionCall.invalid': { readonly type: JsonType };
  readonly 'tools.wrongType': { readonly type: JsonType };
  readonly 'tool.wrongType': { readonly type: JsonType };
  readonly 'tool.type.invalid': { readonly type: string | undefined };
  readonly 'tool.function.missing': { readonly type: JsonType | undefined };
  readonly 'tool.name.missing': { readonly type: JsonType | undefined };
  readonly 'tool.name.invalid': { readonly name: string };
  readonly 'tool.name.duplicate': { readonly name: string };
  readonly 'tool.description.wrongType': { readonly type: JsonType };
  readonly 'tool.parameters.invalid': { readonly type: JsonType };
  readonly 'tool.parameters.notObjectSchema': { readonly type: string };
  readonly 'tool.parameters.type.missing': object;
  readonly 'tool.schema.wrongType': { readonly key: string; readonly type: JsonType };
  readonly 'tool.schema.type.unknown': { readonly type: string; readonly near: string | undefined };
  readonly 'tool.schema.required.undeclared': { readonly name: string };
  readonly 'tool.schema.enum.empty': object;
  readonly 'tool.schema.items.missing': object;
  readonly 'tool.strict.open': { readonly missing: readonly string[] };
  readonly 'tool.strict.wrongType': { readonly type: JsonType };
  readonly 'functions.deprecated': object;
  readonly 'tools.count': { readonly count: number; readonly maximum: number };
  readonly 'functions.count': { readonly count: number; readonly maximum: number };
};

export const toolRules: RulesOf<ToolCodes> = {
  'toolCalls.wrongType': { severity: 'error', evidence: 'schema' },
  'toolCalls.empty': { severity: 'warning', evidence: 'hearsay' },
  'toolCall.wrongType': { severity: 'error', evidence: 'schema' },
  'toolCall.id.missing': { severity: 'error', evidence: 'schema' },
  'toolCall.id.wrongType': { severity: 'error', evidence: 'schema' },
  'toolCall.id.duplicate': { severity: 'warning', evidence: 'practice' },
  'toolCall.type.invalid': { severity: 'error', evidence: 'schema' },
  'toolCall.function.missing': { severity: 'error', evidence: 'schema' },
  'toolCall.name.invalid': { severity: 'error', evidence: 'schema' },
  'toolCall.name.undeclared': { severity: 'warning', evidence: 'practice' },
  'toolCall.arguments.missing': { severity: 'error', evidence: 'schema' },
  'toolCall.arguments.wrongType': { severity: 'error', evidence: 'schema' },
  'toolCall.arguments.notJson': { severity: 'warning', evidence: 'practice' },
  'toolCall.arguments.notObject': { severity: 'warning', evidence: 'practice' },
  'toolCall.arguments.mismatch': { severity: 'warning', evidence: 'practice' },
  'toolCall.unanswered': { severity: 'warning', evidence: 'hearsay' },
  'toolAnswer.callId.missing': { severity: 'error', evidence: 'schema' },
  'toolAnswer.callId.wrongType': { severity: 'error', evidence: 'schema' },
  'toolAnswer.callId.unmatched': { severity: 'warning', evidence: 'hearsay' },
  'toolAnswer.repeated': { severity: 'warning', evidence: 'practice' },
  'functionAnswer.unmatched': { severity: 'warning', evidence: 'practice' },
  'functionCall.besideToolCalls': { severity: 'warning', evidence: 'hearsay' },
  'functionCall.invalid': { severity: 'error', evidence: 'schema' },
  'tools.wrongType': { severity: 'error', evidence: 'schema' },
  'tool.wrongType': { severity: 'error', evidence: 'schema' },
  'tool.type.invalid': { severity: 'error', evidence: 'schema' },
  'tool.function.missing': { severity: 'error', evidence: 'schema' },
  'tool.name.missing': { severity: 'error', evidence: 'schema' },
  'tool.name.invalid': { severity: 'error', evidence: 'schema' },
  'tool.name.duplicate': { severity: 'warning', evidence: 'hearsay' },
  'tool.description.wrongType': { severity: 'error', evidence: 'schema' },
  'tool.parameters.invalid': { severity: 'error', evidence: 'schema' },
  'tool.parameters.notObjectSchema': { severity: 'error', evidence: 'schema' },
  'tool.parameters.type.missing': { severity: 'warning', evidence: 'hearsay' },
  'tool.schema.wrongType': { severity: 'warning', evidence: 'practice' },
  'tool.schema.type.unknown': { severity: 'warning', evidence: 'practice' },
  'tool.schema.required.undeclared': { severity: 'warning', evidence: 'practice' },
  'tool.schema.enum.empty': { severity: 'warning', evidence: 'practice' },
  'tool.schema.items.missing': { severity: 'warning', evidence: 'hearsay' },
  'tool.strict.open': { severity: 'warning', evidence: 'guide' },
  'tool.strict.wrongType': { severity: 'error', evidence: 'schema' },
  'functions.deprecated': { severity: 'information', evidence: 'guide' },
  'tools.count': { severity: 'warning', evidence: 'hearsay' },
  'functions.count': { severity: 'error', evidence: 'schema' },
};
