import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import type { Findings } from './findings.ts';
import { checkArguments } from './toolSchema.ts';
import type { DeclaredTools } from './tools.ts';

/** The rules of an assistant's `tool_calls` (ChatCompletionMessageToolCall, openai-openapi). */
export function checkToolCalls(calls: unknown, path: JsonPath, declared: DeclaredTools, findings: Findings): void {
  if (!Array.isArray(calls)) {
    findings.add({ code: 'toolCalls.wrongType', type: jsonTypeOf(calls) }, path);
  } else if (calls.length === 0) {
    findings.add({ code: 'toolCalls.empty' }, path);
  } else {
    calls.forEach((call: unknown, index) => checkToolCall(call, [...path, index], declared, findings));
  }
}

/** The rules of the older `function_call`. */
export function checkFunctionCall(call: unknown, path: JsonPath, declared: DeclaredTools, findings: Findings): void {
  if (!isRecord(call)) {
    findings.add({ code: 'functionCall.invalid', type: jsonTypeOf(call) }, path);
    return;
  }
  checkNameAndArguments(call, path, declared, findings);
}

function checkToolCall(call: unknown, path: JsonPath, declared: DeclaredTools, findings: Findings): void {
  if (!isRecord(call)) {
    findings.add({ code: 'toolCall.wrongType', type: jsonTypeOf(call) }, path);
    return;
  }
  const { id, type, function: called } = call;
  if (id === undefined || id === null) {
    findings.add({ code: 'toolCall.id.missing' }, path);
  } else if (typeof id !== 'string') {
    findings.add({ code: 'toolCall.id.wrongType', type: jsonTypeOf(id) }, [...path, 'id']);
  }
  if (type === undefined) {
    findings.add({ code: 'toolCall.type.invalid', type: undefined }, path);
  } else if (type !== 'function') {
    findings.add({ code: 'toolCall.type.invalid', type: brief(type) }, [...path, 'type']);
  }
  if (isRecord(called)) {
    checkNameAndArguments(called, [...path, 'function'], declared, findings);
  } else {
    const found = called === undefined ? undefined : jsonTypeOf(called);
    findings.add({ code: 'toolCall.function.missing', type: found }, called === undefined ? path : [...path, 'function']);
  }
}

function checkNameAndArguments(
  called: Readonly<Record<string, unknown>>,
  path: JsonPath,
  declared: DeclaredTools,
  findings: Findings,
): void {
  const name = called['name'];
  if (typeof name !== 'string' || name === '') {
    const type = name === undefined ? undefined : jsonTypeOf(name);
    findings.add({ code: 'toolCall.name.invalid', type }, name === undefined ? path : [...path, 'name']);
  }
  const given = called['arguments'];
  if (given === undefined) {
    findings.add({ code: 'toolCall.arguments.missing' }, path);
  } else if (typeof given !== 'string') {
    findings.add({ code: 'toolCall.arguments.wrongType', type: jsonTypeOf(given) }, [...path, 'arguments']);
  } else {
    checkArgumentsText(given, typeof name === 'string' ? declared.get(name) : undefined, [...path, 'arguments'], findings);
  }
}

function checkArgumentsText(text: string, parameters: unknown, path: JsonPath, findings: Findings): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    findings.add({ code: 'toolCall.arguments.notJson' }, path);
    return;
  }
  if (!isRecord(value)) {
    const encodedTwice = typeof value === 'string' && isRecord(tryParse(value));
    findings.add({ code: 'toolCall.arguments.notObject', type: jsonTypeOf(value), encodedTwice }, path);
  } else {
    checkArguments(value, parameters, path, findings);
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
