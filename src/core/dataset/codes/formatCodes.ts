import type { JsonType } from '../jsonType.ts';
import type { RulesOf } from './rule.ts';

export type OutputKey = 'preferred_output' | 'non_preferred_output';
export type CompletionKey = 'prompt' | 'completion';

/** Facts of the problems of the formats besides supervised chat: preference pairs, reinforcement, prompt and completion. */
export type FormatCodes = {
  readonly 'preference.key.missing': { readonly key: 'input' | OutputKey };
  readonly 'preference.key.renamed': { readonly key: string; readonly meant: OutputKey };
  readonly 'preference.input.wrongType': { readonly type: JsonType };
  readonly 'preference.input.endsWithAssistant': object;
  readonly 'preference.output.wrongType': { readonly key: OutputKey; readonly type: JsonType };
  readonly 'preference.output.count': { readonly key: OutputKey; readonly count: number; readonly maximum: number };
  readonly 'preference.output.role': { readonly key: OutputKey; readonly role: string };
  readonly 'preference.outputs.equal': object;
  readonly 'preference.image': object;
  readonly 'reinforcement.answer': object;
  readonly 'reinforcement.lastMessage.notUser': { readonly role: string };
  readonly 'reinforcement.role.notAllowed': { readonly role: string };
  readonly 'reinforcement.fields.none': object;
  readonly 'reinforcement.field.name': { readonly key: string };
  readonly 'completion.key.missing': { readonly key: CompletionKey };
  readonly 'completion.key.unknown': { readonly key: string };
  readonly 'completion.value.wrongType': { readonly key: CompletionKey; readonly type: JsonType };
  readonly 'completion.empty': object;
  readonly 'completion.long': { readonly units: number; readonly maximum: number };
  readonly 'file.preference.length': { readonly longer: OutputKey; readonly ratio: number };
  readonly 'file.reinforcement.fields': { readonly key: string; readonly without: number; readonly examples: number };
  readonly 'file.reinforcement.graderField': { readonly key: string; readonly without: number; readonly examples: number };
  readonly 'file.completion.equal': { readonly key: CompletionKey };
  readonly 'file.completion.separator': { readonly suggestion: string };
  readonly 'file.completion.separatorLong': { readonly separator: string };
  readonly 'file.completion.separatorInside': { readonly separator: string };
  readonly 'file.completion.promptStart': { readonly start: string };
  readonly 'file.completion.start': { readonly start: string };
  readonly 'file.completion.ending': { readonly suggestion: string };
  readonly 'file.completion.leadingSpace': { readonly without: number; readonly examples: number };
  readonly 'file.completion.upperCase': { readonly key: CompletionKey };
};

export const formatRules: RulesOf<FormatCodes> = {
  'preference.key.missing': { severity: 'error', evidence: 'service' },
  'preference.key.renamed': { severity: 'error', evidence: 'guide' },
  'preference.input.wrongType': { severity: 'error', evidence: 'schema' },
  'preference.input.endsWithAssistant': { severity: 'warning', evidence: 'practice' },
  'preference.output.wrongType': { severity: 'error', evidence: 'schema' },
  'preference.output.count': { severity: 'error', evidence: 'schema' },
  'preference.output.role': { severity: 'error', evidence: 'schema' },
  'preference.outputs.equal': { severity: 'warning', evidence: 'practice' },
  'preference.image': { severity: 'error', evidence: 'guide' },
  'reinforcement.answer': { severity: 'warning', evidence: 'hearsay' },
  'reinforcement.lastMessage.notUser': { severity: 'warning', evidence: 'hearsay' },
  'reinforcement.role.notAllowed': { severity: 'warning', evidence: 'schema' },
  'reinforcement.fields.none': { severity: 'warning', evidence: 'practice' },
  'reinforcement.field.name': { severity: 'warning', evidence: 'hearsay' },
  'completion.key.missing': { severity: 'error', evidence: 'schema' },
  'completion.key.unknown': { severity: 'warning', evidence: 'checker' },
  'completion.value.wrongType': { severity: 'error', evidence: 'schema' },
  'completion.empty': { severity: 'warning', evidence: 'checker' },
  'completion.long': { severity: 'information', evidence: 'checker' },
  'file.preference.length': { severity: 'information', evidence: 'practice' },
  'file.reinforcement.fields': { severity: 'warning', evidence: 'guide' },
  'file.reinforcement.graderField': { severity: 'error', evidence: 'guide' },
  'file.completion.equal': { severity: 'warning', evidence: 'checker' },
  'file.completion.separator': { severity: 'information', evidence: 'checker' },
  'file.completion.separatorLong': { severity: 'information', evidence: 'checker' },
  'file.completion.separatorInside': { severity: 'information', evidence: 'checker' },
  'file.completion.promptStart': { severity: 'information', evidence: 'checker' },
  'file.completion.start': { severity: 'information', evidence: 'checker' },
  'file.completion.ending': { severity: 'information', evidence: 'checker' },
  'file.completion.leadingSpace': { severity: 'information', evidence: 'checker' },
  'file.completion.upperCase': { severity: 'information', evidence: 'checker' },
};
