import { type Node, parseTree, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { parseValidation } from './parseValidation.ts';
import {
  dedupes,
  delimiters,
  encodings,
  messageRoles,
  sourceFormats,
  type Delimiter,
  type MessageTemplate,
  type Recipe,
  type SourceSettings,
} from './recipe.ts';
import type { ColumnUse, RecipeProblem, TextRange } from './recipeProblem.ts';
import { type Member, rangeOf, RecipeReader } from './recipeReader.ts';
import { parseTemplate } from './template.ts';

export type ParsedRecipe = {
  /** Null if there is a problem of error severity. */
  readonly recipe: Recipe | null;
  readonly problems: readonly RecipeProblem[];
  /** The source, as far as it could be read: its columns can be checked while the rest is still being written. */
  readonly source: SourceSettings | null;
  /** Where `source.file` stands, or the beginning of the recipe. */
  readonly sourceRange: TextRange;
  readonly columnUses: readonly NamedColumn[];
};

/** A place of the recipe that names a column. */
export type NamedColumn = { readonly column: string; readonly use: ColumnUse; readonly range: TextRange };

const topKeys = [
  '$schema',
  'version',
  'source',
  'keepWhere',
  'dropColumns',
  'messages',
  'dedupe',
  'validation',
  'outputs',
];

/** Reads a recipe. Comments are allowed; every problem says where it is. Never throws. */
export function parseRecipe(text: string): ParsedRecipe {
  const reader = new RecipeReader(text);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: false, disallowComments: false });
  const start = { start: 0, end: Math.min(1, text.length) };
  if (tree === undefined || tree.type !== 'object') {
    reader.error(tree ? rangeOf(tree) : start, { code: 'recipe.notObject' });
    const problems = errors.length === 0 ? reader.problems : syntaxProblem(errors);
    return { recipe: null, problems, source: null, sourceRange: start, columnUses: [] };
  }
  const parsed = readTop(reader, tree, start);
  return errors.length === 0 ? parsed : { ...parsed, recipe: null, problems: syntaxProblem(errors) };
}

/** The first one: what the parser stumbles over after it, and what then seems to be missing, are its consequences. */
function syntaxProblem(errors: readonly ParseError[]): readonly RecipeProblem[] {
  return errors.slice(0, 1).map(({ error, offset, length }) => ({
    code: 'recipe.syntax',
    detail: printParseErrorCode(error),
    severity: 'error',
    range: { start: offset, end: offset + Math.max(1, length) },
  }));
}

function readTop(reader: RecipeReader, tree: Node, start: TextRange): ParsedRecipe {
  const top: Member = { key: '', node: tree };
  const members = reader.members(top, topKeys) ?? new Map<string, Member>();
  const uses: NamedColumn[] = [];

  readVersion(reader, reader.required(top, members, 'version'));
  const sourceMember = reader.required(top, members, 'source');
  const { source, fileRange } = readSource(reader, sourceMember);
  const notEmpty = readKeepWhere(reader, members.get('keepWhere'), uses);
  const dropMember = members.get('dropColumns');
  const dropColumns = dropMember === undefined ? [] : readColumns(reader, dropMember, 'dropColumns', uses);
  const messages = readMessages(reader, reader.required(top, members, 'messages'), uses);
  const dedupeMember = members.get('dedupe');
  const dedupe = dedupeMember === undefined ? 'exact' : reader.oneOf(dedupeMember, dedupes);
  const validation = parseValidation(reader, members.get('validation'));
  const outputs = readOutputs(reader, reader.required(top, members, 'outputs'), members.get('validation'), source);

  for (const use of uses) {
    if (use.use === 'template' && dropColumns?.includes(use.column)) {
      reader.error(use.range, { code: 'recipe.columnDropped', column: use.column });
    }
  }
  const complete =
    source !== null && notEmpty !== undefined && dropColumns !== undefined && messages !== undefined &&
    dedupe !== undefined && validation !== undefined && outputs !== undefined;
  const clean = complete && !reader.problems.some(({ severity }) => severity === 'error');
  return {
    recipe: clean ? { version: 1, source, notEmpty, dropColumns, messages, dedupe, validation, outputs } : null,
    problems: reader.problems,
    source,
    sourceRange: fileRange ?? start,
    columnUses: uses,
  };
}

function readVersion(reader: RecipeReader, member: Member | undefined): void {
  if (member === undefined || member.node.value === 1) return;
  const found = reader.text.slice(member.node.offset, member.node.offset + Math.min(member.node.length, 20));
  reader.error(rangeOf(member.node), { code: 'recipe.versionUnknown', found });
}

function readSource(
  reader: RecipeReader,
  owner: Member | undefined,
): { readonly source: SourceSettings | null; readonly fileRange: TextRange | null } {
  const members = owner && reader.members(owner, ['file', 'format', 'delimiter', 'encoding', 'trim']);
  if (owner === undefined || members === undefined) return { source: null, fileRange: null };
  const fileMember = reader.required(owner, members, 'file');
  const file = fileMember && reader.filledString(fileMember);
  const fileRange = fileMember ? rangeOf(fileMember.node) : null;
  const format = optional(members.get('format'), 'auto', (m) => reader.oneOf(m, ['auto', ...sourceFormats] as const));
  const delimiter = optional(members.get('delimiter'), 'auto', (m) => readDelimiter(reader, m));
  const encoding = optional(members.get('encoding'), 'auto', (m) => reader.oneOf(m, ['auto', ...encodings] as const));
  const trim = optional(members.get('trim'), false, (m) => reader.boolean(m));
  if (file === undefined || format === undefined || delimiter === undefined || encoding === undefined) {
    return { source: null, fileRange };
  }
  return { source: { file, format, delimiter, encoding, trim: trim ?? false }, fileRange };
}

function readDelimiter(reader: RecipeReader, member: Member): Delimiter | 'auto' | undefined {
  return member.node.value === '\t' ? 'tab' : reader.oneOf(member, ['auto', ...delimiters] as const);
}

function readKeepWhere(
  reader: RecipeReader,
  owner: Member | undefined,
  uses: NamedColumn[],
): readonly string[] | undefined {
  const members = owner && reader.members(owner, ['notEmpty']);
  const member = members?.get('notEmpty');
  if (member !== undefined) return readColumns(reader, member, 'notEmpty', uses);
  return owner === undefined || members !== undefined ? [] : undefined;
}

function readColumns(
  reader: RecipeReader,
  member: Member,
  use: ColumnUse,
  uses: NamedColumn[],
): readonly string[] | undefined {
  return reader.items(member)?.flatMap((item) => {
    const column = reader.filledString(item);
    if (column === undefined) return [];
    uses.push({ column, use, range: rangeOf(item.node) });
    return [column];
  });
}

function readMessages(
  reader: RecipeReader,
  member: Member | undefined,
  uses: NamedColumn[],
): readonly MessageTemplate[] | undefined {
  const items = member && reader.items(member);
  if (member === undefined || items === undefined) return undefined;
  if (items.length === 0) return reader.error(rangeOf(member.node), { code: 'recipe.valueEmpty', key: member.key });
  const usesBefore = uses.length;
  const messages = items.map((item) => readMessage(reader, item, uses));
  const roles = messages.map((message) => message?.role);
  if (!roles.includes(undefined)) {
    const bracket = { start: member.node.offset, end: member.node.offset + 1 };
    for (const role of ['user', 'assistant'] as const) {
      if (!roles.includes(role)) reader.error(bracket, { code: 'recipe.roleMissing', role });
    }
    items.forEach((item, index) => {
      if (index > 0 && roles[index] === 'system') reader.warn(rangeOf(item.node), { code: 'recipe.systemNotFirst' });
    });
    const last = items[items.length - 1];
    if (last !== undefined && roles.includes('assistant') && roles[roles.length - 1] !== 'assistant') {
      reader.error(rangeOf(last.node), { code: 'recipe.lastNotAssistant' });
    }
    if (uses.length === usesBefore) reader.warn(rangeOf(member.node), { code: 'recipe.noColumnUsed' });
  }
  return messages.filter((message) => message !== undefined);
}

function readMessage(reader: RecipeReader, owner: Member, uses: NamedColumn[]): MessageTemplate | undefined {
  const members = reader.members(owner, ['role', 'content']);
  if (members === undefined) return undefined;
  const roleMember = reader.required(owner, members, 'role');
  const role = roleMember && reader.oneOf(roleMember, messageRoles);
  const contentMember = reader.required(owner, members, 'content');
  const content = contentMember && reader.filledString(contentMember);
  if (contentMember !== undefined && content !== undefined) {
    const { node } = contentMember;
    const template = parseTemplate(content);
    for (const { kind, start, end } of template.faults) {
      const code = kind === 'unclosed' ? 'recipe.templateUnclosed' : 'recipe.templateEmpty';
      reader.error(reader.rangeInside(node, start, end), { code });
    }
    for (const piece of template.pieces) {
      if (piece.kind !== 'column') continue;
      uses.push({ column: piece.column, use: 'template', range: reader.rangeInside(node, piece.start, piece.end) });
    }
  }
  return role !== undefined && content !== undefined ? { role, content } : undefined;
}

function readOutputs(
  reader: RecipeReader,
  owner: Member | undefined,
  validation: Member | undefined,
  source: SourceSettings | null,
): Recipe['outputs'] | undefined {
  const members = owner && reader.members(owner, ['training', 'validation']);
  if (owner === undefined || members === undefined) return undefined;
  const trainingMember = reader.required(owner, members, 'training');
  const training = trainingMember && reader.filledString(trainingMember);
  const validationMember =
    validation === undefined ? members.get('validation') : reader.required(owner, members, 'validation');
  const validationFile = validationMember && reader.filledString(validationMember);
  if (validation === undefined && validationMember !== undefined) {
    reader.warn(rangeOf(validationMember.node), { code: 'recipe.validationUnused' });
  }
  for (const [member, file] of [[trainingMember, training], [validationMember, validationFile]] as const) {
    if (member === undefined || file === undefined) continue;
    const range = rangeOf(member.node);
    if (!/\.(jsonl|ndjson)$/i.test(file)) reader.warn(range, { code: 'recipe.outputNotJsonl', file });
    if (source !== null && plainPath(file) === plainPath(source.file)) {
      reader.error(range, { code: 'recipe.outputIsSource', file });
    } else if (member === validationMember && training !== undefined && plainPath(file) === plainPath(training)) {
      reader.error(range, { code: 'recipe.outputsEqual', file });
    }
  }
  if (training === undefined || (validation !== undefined && validationFile === undefined)) return undefined;
  return { training, validation: validation === undefined ? null : (validationFile ?? null) };
}

/**
 * Without `.` and `..`, in one case, so that two spellings of one path are equal: most Windows and macOS disks take
 * `A.jsonl` and `a.jsonl` for one file, and a recipe is shared between machines.
 */
function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').toLowerCase().split('/')) {
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

function optional<T>(member: Member | undefined, otherwise: T, read: (member: Member) => T | undefined): T | undefined {
  return member === undefined ? otherwise : read(member);
}
