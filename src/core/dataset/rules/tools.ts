import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import { functionName } from '../vocabulary.ts';
import type { Findings } from './findings.ts';
import { checkParameters } from './toolSchema.ts';

/** Functions by name, each with the schema of its parameters. */
export type DeclaredTools = ReadonlyMap<string, unknown>;

/** Chat requests take no more tools; of training files nothing is published. */
const maxTools = 128;
/** FineTuneChatRequestInput: `functions` holds 1 to 128 items. */
const maxFunctions = 128;

/** The rules of an example's `tools`; the names of the functions they declare go into `declared`. */
export function checkTools(tools: unknown, path: JsonPath, declared: Map<string, unknown>, findings: Findings): void {
  if (!Array.isArray(tools)) {
    findings.add({ code: 'tools.wrongType', type: jsonTypeOf(tools) }, path);
    return;
  }
  if (tools.length > maxTools) {
    findings.add({ code: 'tools.count', count: tools.length, maximum: maxTools }, path, 'key');
  }
  tools.forEach((tool: unknown, index) => checkTool(tool, [...path, index], declared, findings));
}

/** The rules of the older `functions`; what they declare goes into `declared`. */
export function checkFunctions(functions: unknown, declared: Map<string, unknown>, findings: Findings): void {
  if (!Array.isArray(functions)) {
    findings.add({ code: 'tools.wrongType', type: jsonTypeOf(functions) }, ['functions']);
    return;
  }
  findings.add({ code: 'functions.deprecated' }, ['functions'], 'key');
  if (functions.length === 0 || functions.length > maxFunctions) {
    findings.add({ code: 'functions.count', count: functions.length, maximum: maxFunctions }, ['functions'], 'key');
  }
  functions.forEach((item: unknown, index) => {
    const path = ['functions', index];
    if (isRecord(item)) {
      checkFunction(item, path, declared, findings);
    } else {
      findings.add({ code: 'tool.wrongType', type: jsonTypeOf(item) }, path);
    }
  });
}

function checkTool(tool: unknown, path: JsonPath, declared: Map<string, unknown>, findings: Findings): void {
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
      declared.set(tool['name'], undefined);
    }
  }
}

function checkFunction(
  declaration: Readonly<Record<string, unknown>>,
  path: JsonPath,
  declared: Map<string, unknown>,
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
    declared.set(name, parameters);
  }
  if (description !== undefined && typeof description !== 'string') {
    findings.add({ code: 'tool.description.wrongType', type: jsonTypeOf(description) }, [...path, 'description']);
  }
  if (parameters !== undefined && !isRecord(parameters)) {
    findings.add({ code: 'tool.parameters.invalid', type: jsonTypeOf(parameters) }, [...path, 'parameters']);
  } else if (parameters?.['type'] !== undefined && parameters['type'] !== 'object') {
    findings.add({ code: 'tool.parameters.notObjectSchema', type: brief(parameters['type']) }, [...path, 'parameters', 'type']);
  }
  if (isRecord(parameters)) {
    checkParameters(parameters, [...path, 'parameters'], isStrict(strict), findings);
  }
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean') {
    findings.add({ code: 'tool.strict.wrongType', type: jsonTypeOf(strict) }, [...path, 'strict']);
  }
}

/** Also where it is written as a string, which is told by itself. */
function isStrict(strict: unknown): boolean {
  return strict === true || (typeof strict === 'string' && strict.toLowerCase() === 'true');
}
