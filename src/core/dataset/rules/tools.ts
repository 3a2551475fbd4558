import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import { functionName } from '../vocabulary.ts';
import type { Findings } from './findings.ts';

/** FineTuneChatRequestInput: `functions` holds 1 to 128 items. */
const maxFunctions = 128;

/** The rules of an example's `tools`; the names of the functions they declare go into `declared`. */
export function checkTools(tools: unknown, declared: Set<string>, findings: Findings): void {
  if (!Array.isArray(tools)) {
    findings.add({ code: 'tools.wrongType', type: jsonTypeOf(tools) }, ['tools']);
    return;
  }
  tools.forEach((tool: unknown, index) => checkTool(tool, ['tools', index], declared, findings));
}

/** The rules of the older `functions`. */
export function checkFunctions(functions: unknown, findings: Findings): void {
  if (!Array.isArray(functions)) {
    findings.add({ code: 'tools.wrongType', type: jsonTypeOf(functions) }, ['functions']);
    return;
  }
  findings.add({ code: 'functions.deprecated' }, ['functions'], 'key');
  if (functions.length === 0 || functions.length > maxFunctions) {
    findings.add({ code: 'functions.count', count: functions.length, maximum: maxFunctions }, ['functions'], 'key');
  }
  const declared = new Set<string>();
  functions.forEach((item: unknown, index) => {
    const path = ['functions', index];
    if (isRecord(item)) {
      checkFunction(item, path, declared, findings);
    } else {
      findings.add({ code: 'tool.wrongType', type: jsonTypeOf(item) }, path);
    }
  });
}

function checkTool(tool: unknown, path: JsonPath, declared: Set<string>, findings: Findings): void {
  if (!isRecord(tool)) {
    findings.add({ code: 'tool.wrongType', type: jsonTypeOf(tool) }, path);
    return;
  }
  const { type, function: declaration } = tool;
  if (type === undefined) {
    findings.add({ code: 'tool.type.invalid', type: undefined }, path);
  } else if (type !== 'function') {
    findings.add({ code: 'tool.type.invalid', type: brief(type) }, [...path, 'type']);
  }
  if (isRecord(declaration)) {
    checkFunction(declaration, [...path, 'function'], declared, findings);
  } else {
    const found = declaration === undefined ? undefined : jsonTypeOf(declaration);
    findings.add({ code: 'tool.function.missing', type: found }, declaration === undefined ? path : [...path, 'function']);
    // The Responses API writes the declaration flat; calls of it are not undeclared on top.
    if (typeof tool['name'] === 'string') {
      declared.add(tool['name']);
    }
  }
}

function checkFunction(
  declaration: Readonly<Record<string, unknown>>,
  path: JsonPath,
  declared: Set<string>,
  findings: Findings,
): void {
  const { name, description, parameters, strict } = declaration;
  if (typeof name !== 'string') {
    const type = name === undefined ? undefined : jsonTypeOf(name);
    findings.add({ code: 'tool.name.missing', type }, name === undefined ? path : [...path, 'name']);
  } else {
    if (!functionName.test(name)) {
      findings.add({ code: 'tool.name.invalid', name: name.slice(0, 80) }, [...path, 'name']);
    }
    if (declared.has(name)) {
      findings.add({ code: 'tool.name.duplicate', name }, [...path, 'name']);
    }
    declared.add(name);
  }
  if (description !== undefined && typeof description !== 'string') {
    findings.add({ code: 'tool.description.wrongType', type: jsonTypeOf(description) }, [...path, 'description']);
  }
  if (parameters !== undefined && !isRecord(parameters)) {
    findings.add({ code: 'tool.parameters.invalid', type: jsonTypeOf(parameters) }, [...path, 'parameters']);
  } else if (parameters?.['type'] !== undefined && parameters['type'] !== 'object') {
    findings.add({ code: 'tool.parameters.notObjectSchema', type: brief(parameters['type']) }, [...path, 'parameters', 'type']);
  }
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean') {
    findings.add({ code: 'tool.strict.wrongType', type: jsonTypeOf(strict) }, [...path, 'strict']);
  }
}
