import type { Span } from '../jsonl/position.ts';
import { findPlace, type Container, type Place, type Step } from './completionPlace.ts';
import { formatOf, type Format } from './format.ts';
import { outputKeys } from './rules/preference.ts';
import { messageKeys, roles, schemaTypes } from './vocabulary.ts';

/** What may be written at a place of a line. */
export type Completion = {
  /** The key or the value as a person reads it. */
  readonly label: string;
  readonly kind: 'key' | 'value';
  /** JSON that replaces the word. `$0`, if it is there, is where the cursor goes; it stands for nothing else. */
  readonly insert: string;
};

export type Completions = {
  /** The word under the cursor, with its quotes: what is replaced. */
  readonly replaced: Span;
  readonly items: readonly Completion[];
};

/** A longer line is no place to write by hand, and it would have to be read at every key stroke. */
const longestLine = 256 * 1024;

/**
 * What may stand at the cursor of one line of a training file: keys of the example, of messages, of tools and calls,
 * and values that come from a short list. The line may be broken. Undefined where nothing is known or free text stands.
 * @param cursor in UTF-16 units
 */
export function completionsAt(line: string, cursor: number, fileFormat: Format | undefined): Completions | undefined {
  if (line.length > longestLine) {
    return undefined;
  }
  const place = findPlace(line, cursor);
  if (!place) {
    return undefined;
  }
  const items = place.wants === 'key' ? keyItems(place, fileFormat) : valueItems(place, line);
  return items.length === 0 ? undefined : { replaced: place.replaced, items };
}

/** What kind of object stands at a path. */
type Shape = 'example' | 'input' | 'message' | 'part' | 'imageUrl' | 'toolCall' | 'calledFunction' | 'tool' | 'function';

function shapeOf(path: readonly Step[]): Shape | undefined {
  const names = path.map((part) => (typeof part === 'number' ? '#' : part)).join('.');
  if (names === '') return 'example';
  if (names === 'input') return 'input';
  const inner = names.replace(/^input\.(?=messages|tools)/, '');
  if (/^(?:tools\.#|functions\.#)$/.test(inner)) return inner.startsWith('tools') ? 'tool' : 'function';
  if (inner === 'tools.#.function') return 'function';
  const message = /^(?:messages|preferred_output|non_preferred_output)\.#(?:\.(.*))?$/.exec(inner);
  switch (message?.[1] ?? (message ? '' : undefined)) {
    case '':
      return 'message';
    case 'content.#':
      return 'part';
    case 'content.#.image_url':
      return 'imageUrl';
    case 'tool_calls.#':
      return 'toolCall';
    case 'tool_calls.#.function':
    case 'function_call':
      return 'calledFunction';
    default:
      return undefined;
  }
}

const text = '"$0"';
const list = '[$0]';
const object = '{$0}';

/** What a key is followed by, where it is not a text. */
const values: Readonly<Record<string, string>> = {
  messages: '[{"role": "$0"}]',
  tools: list,
  functions: list,
  tool_calls: '[{"id": "$0", "type": "function", "function": {"name": "", "arguments": "{}"}}]',
  input: '{"messages": [$0]}',
  preferred_output: '[{"role": "assistant", "content": "$0"}]',
  non_preferred_output: '[{"role": "assistant", "content": "$0"}]',
  function: object,
  function_call: object,
  parameters: '{"type": "object", "properties": {$0}}',
  image_url: '{"url": "$0"}',
  weight: '$0',
  parallel_tool_calls: '$0',
  strict: '$0',
  arguments: '"{$0}"',
};

const elements: Readonly<Partial<Record<Shape, readonly Completion[]>>> = {
  message: [
    element('system', '{"role": "system", "content": "$0"}'),
    element('user', '{"role": "user", "content": "$0"}'),
    element('assistant', '{"role": "assistant", "content": "$0"}'),
    element('tool', '{"role": "tool", "tool_call_id": "$0", "content": ""}'),
  ],
  toolCall: [element('function', '{"id": "$0", "type": "function", "function": {"name": "", "arguments": "{}"}}')],
  tool: [element('function', '{"type": "function", "function": {"name": "$0", "parameters": {"type": "object", "properties": {}}}}')],
  part: [
    element('text', '{"type": "text", "text": "$0"}'),
    element('image_url', '{"type": "image_url", "image_url": {"url": "$0"}}'),
  ],
};

function element(label: string, insert: string): Completion {
  return { label, kind: 'value', insert };
}

const exampleKeys: Readonly<Record<Format, readonly string[]>> = {
  chat: ['messages', 'tools', 'parallel_tool_calls', 'functions'],
  preference: ['input', ...outputKeys],
  reinforcement: ['messages', 'tools'],
  completion: ['prompt', 'completion'],
};

function keyItems({ container, hasColon, beforeKey }: Place, fileFormat: Format | undefined): readonly Completion[] {
  const shape = shapeOf(container.path);
  const keys = shape === undefined ? [] : keysOf(shape, container, fileFormat);
  return keys
    .filter((key) => !container.keys.has(key))
    .map((key) => ({
      label: key,
      kind: 'key',
      insert: hasColon ? `"${key}"` : `"${key}": ${values[key] ?? text}${beforeKey ? ', ' : ''}`,
    }));
}

/** The format that an example will have, by the keys it has so far. */
function formatByKeys(keys: ReadonlySet<string>): Format | undefined {
  const example = Object.fromEntries([...keys].map((key) => [key, key === 'input' ? { messages: [] } : []]));
  return formatOf(example) ?? (keys.has('prompt') || keys.has('completion') ? 'completion' : undefined);
}

function keysOf(shape: Shape, { keys, values: texts }: Container, fileFormat: Format | undefined): readonly string[] {
  switch (shape) {
    case 'example': {
      const format = formatByKeys(keys) ?? fileFormat;
      return format === undefined ? [...new Set(Object.values(exampleKeys).flat())] : exampleKeys[format];
    }
    case 'input':
      return ['messages', 'tools', 'parallel_tool_calls'];
    case 'message': {
      const role = texts.get('role');
      return [...messageKeys].filter(([, owner]) => owner === undefined || role === undefined || owner === role).map(([key]) => key);
    }
    case 'part':
      return ['type', 'text', 'image_url'];
    case 'imageUrl':
      return ['url', 'detail'];
    case 'toolCall':
      return ['id', 'type', 'function'];
    case 'calledFunction':
      return ['name', 'arguments'];
    case 'tool':
      return ['type', 'function'];
    case 'function':
      return ['name', 'description', 'parameters', 'strict'];
  }
}

function valueItems({ container, key }: Place, line: string): readonly Completion[] {
  const quoted = (texts: Iterable<string>): readonly Completion[] =>
    [...texts].map((label) => ({ label, kind: 'value' as const, insert: JSON.stringify(label) }));
  const plain = (texts: readonly string[]): readonly Completion[] =>
    texts.map((label) => ({ label, kind: 'value' as const, insert: label }));
  if (container.kind === 'array') {
    return elements[shapeOf([...container.path, container.index]) ?? 'example'] ?? [];
  }
  const shape = shapeOf(container.path);
  switch (key) {
    case 'role':
      return shape === 'message' ? quoted(rolesAt(container.path)) : [];
    case 'weight':
      return shape === 'message' ? plain(['0', '1']) : [];
    case 'parallel_tool_calls':
      return shape === 'example' || shape === 'input' ? plain(['true', 'false']) : [];
    case 'strict':
      return shape === 'function' ? plain(['true', 'false']) : [];
    case 'detail':
      return shape === 'imageUrl' ? quoted(['auto', 'low', 'high']) : [];
    case 'name':
      return shape === 'calledFunction' ? quoted(declaredNames(line)) : [];
    case 'tool_call_id':
      return shape === 'message' ? quoted(callIds(line)) : [];
    case 'type':
      if (shape === 'toolCall' || shape === 'tool') return quoted(['function']);
      if (shape === 'part') return quoted(['text', 'image_url', 'refusal']);
      return container.path.includes('parameters') ? quoted(schemaTypes) : [];
    default:
      return [];
  }
}

/** Outputs of a preference pair are the assistant's. */
function rolesAt(path: readonly Step[]): readonly string[] {
  return outputKeys.some((key) => path[0] === key) ? ['assistant'] : roles;
}

/** Names that the example declares; the line may be broken, so they are looked for by their looks. */
function declaredNames(line: string): ReadonlySet<string> {
  const tools = /"(?:tools|functions)"\s*:/.exec(line);
  const declared = tools ? line.slice(tools.index) : '';
  return new Set([...declared.matchAll(/"name"\s*:\s*"([A-Za-z0-9_-]{1,64})"/g)].map(([, name]) => name ?? ''));
}

/** Ids of calls: those beside a type or a function. */
function callIds(line: string): ReadonlySet<string> {
  return new Set([...line.matchAll(/"id"\s*:\s*"([^"\\]{1,100})"/g)].map(([, id]) => id ?? ''));
}
