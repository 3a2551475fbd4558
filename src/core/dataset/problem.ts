import type { Range, Span } from '../jsonl/position.ts';
import type { Expected } from '../jsonl/syntax.ts';
import type { Format, Method } from './format.ts';

export type Severity = 'error' | 'warning' | 'information';

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** What each kind of problem knows besides its place. Codes are stable: settings, documents and reports name them. */
type FactsByCode = {
  // The file as a whole.
  readonly 'file.jsonArray': object;
  readonly 'file.prettyPrinted': object;
  readonly 'file.encoding': { readonly encoding: string };
  readonly 'file.notText': { readonly kind: string };
  readonly 'file.bom': object;
  readonly 'file.bomMissing': object;
  readonly 'file.extension': { readonly extension: string };
  readonly 'file.tooLarge': { readonly bytes: number; readonly maximum: number };
  readonly 'file.tooFewExamples': { readonly examples: number; readonly minimum: number };
  readonly 'file.fewExamples': { readonly examples: number; readonly recommended: number };
  readonly 'file.format.unknown': { readonly keys: readonly string[] };
  readonly 'file.format.method': { readonly format: Format; readonly method: Method };
  readonly 'file.format.notChecked': { readonly format: Format };
  readonly 'file.system.sometimes': { readonly without: number; readonly examples: number };
  readonly 'file.moreProblems': { readonly hidden: number; readonly shown: number };
  // A line as text and as JSON.
  readonly 'line.blank': object;
  readonly 'line.tooLong': { readonly maximum: number };
  readonly 'line.invalidUtf8': object;
  readonly 'line.replacementCharacter': object;
  readonly 'json.syntax': { readonly expected: Expected; readonly found: string };
  readonly 'json.unclosed': { readonly closers: string };
  readonly 'json.comment': object;
  readonly 'json.trailingComma': object;
  readonly 'json.pythonLiteral': object;
  readonly 'json.nonFinite': { readonly word: string };
  readonly 'json.concatenated': object;
  readonly 'json.controlCharacter': { readonly codePoint: number };
  readonly 'json.notObject': { readonly type: JsonType };
  readonly 'json.duplicateKey': { readonly key: string };
  readonly 'json.loneSurrogate': object;
  // An example.
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
  readonly 'example.parallelToolCalls.wrongType': { readonly type: JsonType };
  // A message.
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
  readonly 'message.name.wrongType': { readonly type: JsonType };
  readonly 'message.name.invalid': { readonly name: string };
  readonly 'message.name.missing': object;
  // A part of a message's content.
  readonly 'content.parts.empty': object;
  readonly 'content.part.wrongType': { readonly type: JsonType };
  readonly 'content.part.type.missing': object;
  readonly 'content.part.type.unknown': { readonly type: string };
  readonly 'content.part.type.notAllowed': { readonly type: string; readonly role: string };
  readonly 'content.part.type.unsupported': { readonly type: string };
  readonly 'content.part.text.invalid': { readonly key: string; readonly type: JsonType | undefined };
  readonly 'content.part.refusal.notAlone': object;
  readonly 'content.part.image.invalid': { readonly type: JsonType | undefined };
  readonly 'content.part.image.url': { readonly type: JsonType | undefined };
  readonly 'content.part.image.detail': { readonly detail: string };
  // Calls of tools.
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
  readonly 'toolCall.unanswered': { readonly id: string };
  readonly 'toolAnswer.callId.missing': object;
  readonly 'toolAnswer.callId.wrongType': { readonly type: JsonType };
  readonly 'toolAnswer.callId.unmatched': { readonly id: string };
  readonly 'functionCall.invalid': { readonly type: JsonType };
  // Declared tools.
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
  readonly 'tool.strict.wrongType': { readonly type: JsonType };
  readonly 'functions.deprecated': object;
  readonly 'functions.count': { readonly count: number; readonly maximum: number };
};

export type ProblemCode = keyof FactsByCode;

/** A code with its own facts. */
export type ProblemFacts = { readonly [C in ProblemCode]: { readonly code: C } & FactsByCode[C] }[ProblemCode];

/** A problem inside its line, as it is kept while the line does not change. */
export type LineProblem = ProblemFacts & { readonly severity: Severity; readonly span: Span };

/** One finding of the validator: what, how bad, and where. */
export type Problem = ProblemFacts & { readonly severity: Severity; readonly range: Range };

/**
 * How bad each problem is. Errors are what the service is known, or by its published schema bound, to reject;
 * warnings hurt the model or are not known to be accepted.
 */
export const severities: Readonly<Record<ProblemCode, Severity>> = {
  'file.jsonArray': 'error',
  'file.prettyPrinted': 'error',
  'file.encoding': 'error',
  'file.notText': 'error',
  'file.bom': 'information',
  'file.bomMissing': 'information',
  'file.extension': 'warning',
  'file.tooLarge': 'error',
  'file.tooFewExamples': 'error',
  'file.fewExamples': 'information',
  'file.format.unknown': 'error',
  'file.format.method': 'error',
  'file.format.notChecked': 'information',
  'file.system.sometimes': 'information',
  'file.moreProblems': 'information',
  'line.blank': 'warning',
  'line.tooLong': 'warning',
  'line.invalidUtf8': 'error',
  'line.replacementCharacter': 'warning',
  'json.syntax': 'error',
  'json.unclosed': 'error',
  'json.comment': 'error',
  'json.trailingComma': 'error',
  'json.pythonLiteral': 'error',
  'json.nonFinite': 'error',
  'json.concatenated': 'error',
  'json.controlCharacter': 'error',
  'json.notObject': 'error',
  'json.duplicateKey': 'warning',
  'json.loneSurrogate': 'error',
  'example.format.mixed': 'error',
  'example.messages.missing': 'error',
  'example.messages.wrongType': 'error',
  'example.messages.empty': 'error',
  'example.key.unknown': 'error',
  'example.assistant.missing': 'error',
  'example.lastMessage.notAssistant': 'error',
  'example.user.missing': 'warning',
  'example.system.position': 'warning',
  'example.roles.repeated': 'warning',
  'example.weights.allZero': 'warning',
  'example.parallelToolCalls.wrongType': 'error',
  'message.wrongType': 'error',
  'message.role.missing': 'error',
  'message.role.wrongType': 'error',
  'message.role.unknown': 'error',
  'message.role.developer': 'error',
  'message.key.unknown': 'warning',
  'message.key.misplaced': 'warning',
  'message.key.null': 'warning',
  'message.content.missing': 'error',
  'message.content.null': 'error',
  'message.content.wrongType': 'error',
  'message.content.empty': 'warning',
  'message.content.surroundingSpace': 'warning',
  'message.empty': 'error',
  'message.weight.invalid': 'error',
  'message.weight.misplaced': 'error',
  'message.name.wrongType': 'error',
  'message.name.invalid': 'warning',
  'message.name.missing': 'error',
  'content.parts.empty': 'error',
  'content.part.wrongType': 'error',
  'content.part.type.missing': 'error',
  'content.part.type.unknown': 'error',
  'content.part.type.notAllowed': 'error',
  'content.part.type.unsupported': 'error',
  'content.part.text.invalid': 'error',
  'content.part.refusal.notAlone': 'error',
  'content.part.image.invalid': 'error',
  'content.part.image.url': 'error',
  'content.part.image.detail': 'error',
  'toolCalls.wrongType': 'error',
  'toolCalls.empty': 'warning',
  'toolCall.wrongType': 'error',
  'toolCall.id.missing': 'error',
  'toolCall.id.wrongType': 'error',
  'toolCall.id.duplicate': 'warning',
  'toolCall.type.invalid': 'error',
  'toolCall.function.missing': 'error',
  'toolCall.name.invalid': 'error',
  'toolCall.name.undeclared': 'warning',
  'toolCall.arguments.missing': 'error',
  'toolCall.arguments.wrongType': 'error',
  'toolCall.arguments.notJson': 'warning',
  'toolCall.arguments.notObject': 'warning',
  'toolCall.unanswered': 'warning',
  'toolAnswer.callId.missing': 'error',
  'toolAnswer.callId.wrongType': 'error',
  'toolAnswer.callId.unmatched': 'warning',
  'functionCall.invalid': 'error',
  'tools.wrongType': 'error',
  'tool.wrongType': 'error',
  'tool.type.invalid': 'error',
  'tool.function.missing': 'error',
  'tool.name.missing': 'error',
  'tool.name.invalid': 'error',
  'tool.name.duplicate': 'warning',
  'tool.description.wrongType': 'error',
  'tool.parameters.invalid': 'error',
  'tool.parameters.notObjectSchema': 'error',
  'tool.strict.wrongType': 'error',
  'functions.deprecated': 'information',
  'functions.count': 'error',
};

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' ? type : 'object';
}

/** A value as a short text for a message. Containers are not spelled out: they may be long, or nested very deep. */
export function brief(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 80 ? `${value.slice(0, 79)}…` : value;
  }
  return Array.isArray(value) ? '[…]' : typeof value === 'object' && value !== null ? '{…}' : String(value);
}
