import type { JsonPath } from '../../jsonl/tree.ts';
import type { ArgumentFault } from '../codes/toolCodes.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf, type JsonType } from '../jsonType.ts';
import { nearestSchemaType, schemaTypes } from '../vocabulary.ts';
import type { Findings } from './findings.ts';

type Json = Readonly<Record<string, unknown>>;

/** More schemas of one function are not looked into; nobody declares so many parameters. */
const mostSchemas = 5000;

/** Keywords of JSON Schema whose value must be of one type. */
const keywordTypes: Readonly<Record<string, JsonType>> = {
  properties: 'object',
  required: 'array',
  enum: 'array',
  description: 'string',
  title: 'string',
  anyOf: 'array',
  oneOf: 'array',
  allOf: 'array',
  $defs: 'object',
  definitions: 'object',
};

/** The rules of the schema of a function's parameters, at every depth. Source: JSON Schema 2020-12. */
export function checkParameters(parameters: Json, path: JsonPath, strict: boolean, findings: Findings): void {
  if (parameters['type'] === undefined && Object.keys(parameters).length > 0 && parameters['$ref'] === undefined) {
    findings.add({ code: 'tool.parameters.type.missing' }, path);
  }
  const open: { readonly schema: unknown; readonly path: JsonPath }[] = [{ schema: parameters, path }];
  for (let next = open.pop(), count = 0; next && count < mostSchemas; next = open.pop(), count += 1) {
    const { schema, path: at } = next;
    if (isRecord(schema)) {
      checkSchema(schema, at, findings);
      open.push(...innerSchemas(schema, at).toReversed());
    } else if (typeof schema !== 'boolean') {
      findings.add({ code: 'tool.schema.wrongType', key: String(at.at(-1)), type: jsonTypeOf(schema) }, at);
    }
  }
  if (strict) {
    checkStrict(parameters, path, findings);
  }
}

function checkSchema(schema: Json, path: JsonPath, findings: Findings): void {
  for (const key in keywordTypes) {
    const value = schema[key];
    if (value !== undefined && jsonTypeOf(value) !== keywordTypes[key]) {
      findings.add({ code: 'tool.schema.wrongType', key, type: jsonTypeOf(value) }, [...path, key]);
    }
  }
  checkType(schema['type'], [...path, 'type'], findings);
  const { required, properties, enum: values } = schema;
  if (Array.isArray(required) && isRecord(properties)) {
    required.forEach((name: unknown, index) => {
      if (typeof name === 'string' && !Object.hasOwn(properties, name)) {
        findings.add({ code: 'tool.schema.required.undeclared', name }, [...path, 'required', index]);
      }
    });
  }
  if (Array.isArray(values) && values.length === 0) {
    findings.add({ code: 'tool.schema.enum.empty' }, [...path, 'enum']);
  }
  if (schema['type'] === 'array' && schema['items'] === undefined && schema['prefixItems'] === undefined) {
    findings.add({ code: 'tool.schema.items.missing' }, path);
  }
}

/** The type of the parameters as a whole is told by a rule of its own. */
function checkType(type: unknown, path: JsonPath, findings: Findings): void {
  const isWhole = path.at(-2) === 'parameters' && (path.at(-3) === 'function' || path.at(-4) === 'functions');
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  types.forEach((name, index) => {
    if (name !== undefined && !isWhole && !(typeof name === 'string' && schemaTypes.has(name))) {
      const near = typeof name === 'string' ? nearestSchemaType(name) : undefined;
      findings.add({ code: 'tool.schema.type.unknown', type: brief(name), near }, Array.isArray(type) ? [...path, index] : path);
    }
  });
}

function innerSchemas(schema: Json, path: JsonPath): { readonly schema: unknown; readonly path: JsonPath }[] {
  const inner: { schema: unknown; path: JsonPath }[] = [];
  for (const key of ['properties', '$defs', 'definitions']) {
    const held = schema[key];
    if (isRecord(held)) {
      for (const name in held) {
        inner.push({ schema: held[name], path: [...path, key, name] });
      }
    }
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const held = schema[key];
    if (Array.isArray(held)) {
      held.forEach((item: unknown, index) => inner.push({ schema: item, path: [...path, key, index] }));
    }
  }
  for (const key of ['items', 'additionalProperties', 'not']) {
    // An array of items is the older way to write a tuple.
    if (schema[key] !== undefined && !Array.isArray(schema[key])) {
      inner.push({ schema: schema[key], path: [...path, key] });
    }
  }
  return inner;
}

/** Strict functions list every parameter as required and take no others. Source: guide to structured outputs. */
function checkStrict(parameters: Json, path: JsonPath, findings: Findings): void {
  const { properties, required, additionalProperties } = parameters;
  const names = isRecord(properties) ? Object.keys(properties) : [];
  const listed: readonly unknown[] = Array.isArray(required) ? required : [];
  const missing = names.filter((name) => !listed.includes(name));
  if (missing.length > 0 || additionalProperties !== false) {
    findings.add({ code: 'tool.strict.open', missing }, path);
  }
}

/** The rules of the arguments of a call, against the parameters of the function as far as their types are simple. */
export function checkArguments(given: Json, parameters: unknown, path: JsonPath, findings: Findings): void {
  if (!isRecord(parameters)) {
    return;
  }
  const add = (parameter: string, fault: ArgumentFault): void =>
    findings.add({ code: 'toolCall.arguments.mismatch', parameter: brief(parameter), fault }, path);
  const properties = isRecord(parameters['properties']) ? parameters['properties'] : {};
  for (const name of Array.isArray(parameters['required']) ? (parameters['required'] as readonly unknown[]) : []) {
    if (typeof name === 'string' && !Object.hasOwn(given, name)) {
      add(name, 'missing');
    }
  }
  for (const name in given) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema === undefined) {
      if (parameters['additionalProperties'] === false) {
        add(name, 'unknown');
      }
    } else if (isRecord(schema)) {
      const fault = faultOf(given[name], schema);
      if (fault) {
        add(name, fault);
      }
    }
  }
}

function faultOf(value: unknown, { type, enum: values }: Json): ArgumentFault | undefined {
  const types: readonly unknown[] = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.length > 0 && types.every((name) => typeof name === 'string' && schemaTypes.has(name)) && !types.some((name) => isOfType(value, name))) {
    return 'type';
  }
  return Array.isArray(values) && values.length > 0 && typeof value !== 'object' && !values.includes(value) ? 'enum' : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  const found = jsonTypeOf(value);
  return type === found || (type === 'integer' && found === 'number' && Number.isInteger(value));
}
