import type { Member } from '../../prepare/recipeReader.ts';
import type { JobFileReader } from './jobFileReader.ts';

/** Kinds of graders. Source: OpenAI API reference, graders; `label_model` only inside `multi`. */
export const graderTypes = ['string_check', 'text_similarity', 'score_model', 'label_model', 'python', 'multi'] as const;
type GraderType = (typeof graderTypes)[number];

const operations = ['eq', 'ne', 'like', 'ilike'] as const;
const metrics = [
  ...['cosine', 'fuzzy_match', 'bleu', 'gleu', 'meteor'],
  ...['rouge_1', 'rouge_2', 'rouge_3', 'rouge_4', 'rouge_5', 'rouge_l'],
] as const;

const keys: Readonly<Record<GraderType, readonly string[]>> = {
  string_check: ['type', 'name', 'input', 'reference', 'operation'],
  text_similarity: ['type', 'name', 'input', 'reference', 'evaluation_metric'],
  score_model: ['type', 'name', 'model', 'input', 'range', 'sampling_params'],
  label_model: ['type', 'name', 'model', 'input', 'labels', 'passing_labels'],
  python: ['type', 'name', 'source', 'image_tag'],
  multi: ['type', 'name', 'graders', 'calculate_output'],
};
const everyKey = [...new Set(Object.values(keys).flat())];

/** Functions of the formula of `multi`. Source: OpenAI's guide to graders. */
const functions = ['min', 'max', 'abs', 'floor', 'ceil', 'exp', 'sqrt', 'log'];

/** What a template may begin with: a field of the example, or what the model answered. */
const roots: readonly string[] = ['item', 'sample'];

/** Checks the structure of a grader; its value is handed to the service as it stands. */
export function checkGrader(reader: JobFileReader, owner: Member, inside: 'job' | 'multi' = 'job'): void {
  const { values } = reader;
  const kind = graderType(reader, owner);
  if (kind === undefined) return;
  if (kind === 'multi' && inside === 'multi') {
    reader.error(reader.at(owner), { code: 'grader.nested' });
    return;
  }
  const members = values.members(owner, keys[kind]);
  if (members === undefined) return;
  const need = <T>(name: string, read: (member: Member) => T | undefined): T | undefined => {
    const member = values.required(owner, members, name);
    return member && read(member);
  };
  const given = (name: string, read: (member: Member) => unknown): void => {
    const member = members.get(name);
    if (member !== undefined) read(member);
  };
  need('name', (member) => values.filledString(member));
  switch (kind) {
    case 'string_check':
    case 'text_similarity':
      need('input', (member) => template(reader, member));
      need('reference', (member) => template(reader, member));
      if (kind === 'string_check') need('operation', (member) => values.oneOf(member, operations));
      else need('evaluation_metric', (member) => values.oneOf(member, metrics));
      return;
    case 'score_model':
      need('model', (member) => values.filledString(member));
      need('input', (member) => messages(reader, member));
      given('range', (member) => scoreRange(reader, member));
      given('sampling_params', (member) => reader.object(member));
      return;
    case 'label_model': {
      need('model', (member) => values.filledString(member));
      need('input', (member) => messages(reader, member));
      const labels = need('labels', (member) => reader.texts(member));
      need('passing_labels', (member) => passing(reader, member, labels));
      return;
    }
    case 'python':
      need('source', (member) => python(reader, member));
      given('image_tag', (member) => values.filledString(member));
      return;
    case 'multi':
      multi(reader, owner, members);
      return;
    default:
      kind satisfies never;
  }
}

function graderType(reader: JobFileReader, owner: Member): GraderType | undefined {
  const { values } = reader;
  if (owner.node.type !== 'object') {
    values.members(owner, []);
    return undefined;
  }
  const named = (owner.node.children ?? []).find((property) => property.children?.[0]?.value === 'type')?.children?.[1];
  if (named !== undefined) return values.oneOf({ key: `${owner.key}.type`, node: named }, graderTypes);
  const members = values.members(owner, everyKey);
  if (members !== undefined) values.required(owner, members, 'type');
  return undefined;
}

function template(reader: JobFileReader, member: Member): void {
  const text = reader.values.string(member);
  if (text === undefined) return;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', open + 2)) {
    const close = text.indexOf('}}', open);
    const end = close < 0 ? text.length : close + 2;
    const range = reader.values.rangeInside(member.node, open, end);
    if (close < 0) {
      reader.error(range, { code: 'grader.templateUnclosed' });
      return;
    }
    const root = /^\s*([A-Za-z_]\w*)/.exec(text.slice(open + 2, close))?.[1] ?? '';
    if (!roots.includes(root)) reader.error(range, { code: 'grader.templateRoot', root });
  }
}

function messages(reader: JobFileReader, owner: Member): void {
  const { values } = reader;
  const items = values.items(owner);
  if (items?.length === 0) reader.error(reader.at(owner), { code: 'grader.empty' });
  for (const item of items ?? []) {
    const members = values.members(item, ['role', 'content', 'type']);
    if (members === undefined) continue;
    const role = values.required(item, members, 'role');
    if (role !== undefined) values.oneOf(role, ['system', 'developer', 'user', 'assistant'] as const);
    const content = values.required(item, members, 'content');
    // A part such as {"type": "input_text", "text": "…"} is left to the service.
    if (content?.node.type === 'string') template(reader, content);
    else if (content !== undefined && content.node.type !== 'object' && content.node.type !== 'array') values.string(content);
  }
}

function scoreRange(reader: JobFileReader, member: Member): void {
  const ends = reader.values.items(member)?.map((item) => item.node.value as unknown);
  if (ends === undefined) return;
  const [low, high] = ends;
  const fits = ends.length === 2 && typeof low === 'number' && typeof high === 'number' && low < high;
  if (!fits) reader.error(reader.at(member), { code: 'grader.rangeReversed' });
}

function passing(reader: JobFileReader, member: Member, labels: readonly string[] | undefined): void {
  for (const item of reader.values.items(member) ?? []) {
    const label = reader.values.filledString(item);
    if (label !== undefined && labels !== undefined && !labels.includes(label)) {
      reader.error(reader.at(item), { code: 'grader.labelUnknown', label });
    }
  }
}

function python(reader: JobFileReader, member: Member): void {
  const source = reader.values.filledString(member);
  if (source !== undefined && !/^\s*(async\s+)?def\s+grade\s*\(/m.test(source)) {
    reader.error(reader.at(member), { code: 'grader.noGradeFunction' });
  }
}

function multi(reader: JobFileReader, owner: Member, members: ReadonlyMap<string, Member>): void {
  const { values } = reader;
  const map = values.required(owner, members, 'graders');
  const names: string[] = [];
  if (map !== undefined && reader.object(map) !== undefined) {
    for (const property of map.node.children ?? []) {
      const [name, node] = property.children ?? [];
      if (name === undefined || node === undefined) continue;
      names.push(String(name.value));
      checkGrader(reader, { key: `${map.key}.${String(name.value)}`, node }, 'multi');
    }
    if (names.length === 0) reader.error(reader.at(map), { code: 'grader.empty' });
  }
  const formula = values.required(owner, members, 'calculate_output');
  const text = formula && values.filledString(formula);
  if (formula === undefined || text === undefined || names.length === 0) return;
  for (const { 0: name, index } of text.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)) {
    if (names.includes(name) || functions.includes(name)) continue;
    const range = values.rangeInside(formula.node, index, index + name.length);
    reader.error(range, { code: 'grader.formulaName', name, known: names });
  }
}
