import type { Node } from 'jsonc-parser';
import { insertLast, nodeAt, punctuationOf, removeMember, replaceNode, textOf, valueOf, type LineEdit } from '../../jsonl/lineEdit.ts';
import type { LineTree } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { nearest } from '../similarity.ts';
import { functionName } from '../vocabulary.ts';
import { lineFix, type LineFix } from './fix.ts';
import { setValueFix } from './valueFixes.ts';

/** Mends that bring declarations and calls of functions together. */
export function declarationFixes(problem: LineProblem, line: string, tree: LineTree): LineFix[] {
  const node = nodeAt(tree.root, problem.span);
  switch (problem.code) {
    case 'functions.deprecated':
      return convertFunctionsFix(line, tree);
    case 'tool.name.invalid':
      return renameFunctionFix(node, tree);
    case 'tool.name.duplicate':
      return removeToolFix(line, node);
    case 'toolCall.name.undeclared':
      return declareFixes(line, node, tree, problem.name);
    default:
      return [];
  }
}

/** The object that holds `tools`: the example, or the input of a preference pair. */
function holderOf(tree: LineTree): Node | undefined {
  return tree.find(['messages']) ? tree.root : tree.find(['input']);
}

function declaredNames(tree: LineTree): readonly Node[] {
  const tools = valueOf(holderOf(tree), 'tools')?.children ?? [];
  return tools.flatMap((tool) => valueOf(valueOf(tool, 'function'), 'name') ?? []);
}

/** Names in calls, of tools and of functions, and in answers of functions. */
function calledNames(tree: LineTree): readonly Node[] {
  const roots = [
    ...(valueOf(holderOf(tree), 'messages')?.children ?? []),
    ...['preferred_output', 'non_preferred_output'].flatMap((key) => tree.find([key])?.children ?? []),
  ];
  return roots.flatMap((message) => [
    ...(valueOf(message, 'tool_calls')?.children ?? []).flatMap((call) => valueOf(valueOf(call, 'function'), 'name') ?? []),
    ...(valueOf(valueOf(message, 'function_call'), 'name') ? [valueOf(valueOf(message, 'function_call'), 'name') as Node] : []),
  ]);
}

/** Declares the functions as tools, where no message uses the older form of calls. */
function convertFunctionsFix(line: string, tree: LineTree): LineFix[] {
  const functions = valueOf(tree.root, 'functions');
  const key = functions?.parent?.children?.[0];
  const messages = valueOf(tree.root, 'messages')?.children ?? [];
  const older = messages.some((message) => valueOf(message, 'function_call') ?? valueOf(message, 'role')?.value === 'function');
  if (!functions || !key || older || valueOf(tree.root, 'tools') || functions.type !== 'array') {
    return [];
  }
  const { colon, comma } = punctuationOf(line);
  const edits: LineEdit[] = [replaceNode(key, '"tools"')];
  for (const declaration of functions.children ?? []) {
    const text = `{"type"${colon}"function"${comma}"function"${colon}${textOf(line, declaration)}}`;
    edits.push(replaceNode(declaration, text));
  }
  return [lineFix({ kind: 'convertFunctions' }, true, ...edits)];
}

/** Gives the function a valid name, here and where it is called. */
function renameFunctionFix(node: Node | undefined, tree: LineTree): LineFix[] {
  const from = String(node?.value);
  const to = from.trim().replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
  const taken = declaredNames(tree).some(({ value }) => value === to);
  if (!node || !functionName.test(to) || !/[A-Za-z0-9]/.test(to) || taken) {
    return [];
  }
  const called = calledNames(tree).filter(({ value }) => value === from);
  const edits = [node, ...called].map((name) => replaceNode(name, JSON.stringify(to)));
  return [lineFix({ kind: 'renameFunction', from, to }, true, ...edits)];
}

/** Removes a declaration that only repeats an earlier one. */
function removeToolFix(line: string, name: Node | undefined): LineFix[] {
  const declaration = name?.parent?.parent;
  const tool = declaration?.parent?.type === 'property' ? declaration.parent.parent : declaration;
  const siblings = tool?.parent?.children ?? [];
  const same = tool && siblings.some((other) => other !== tool && textOf(line, other) === textOf(line, tool));
  return tool && same ? [lineFix({ kind: 'removeTool' }, true, removeMember(line, tool))] : [];
}

/** The declared function that the name most likely stands for, or a declaration of it. */
function declareFixes(line: string, node: Node | undefined, tree: LineTree, name: string): LineFix[] {
  const near = nearest(name, declaredNames(tree).map(({ value }) => String(value)));
  const fixes = near === undefined ? [] : setValueFix(node, JSON.stringify(near), false);
  const holder = holderOf(tree);
  if (!holder || !functionName.test(name)) {
    return fixes;
  }
  const { colon, comma } = punctuationOf(line);
  const parameters = `{"type"${colon}"object"${comma}"properties"${colon}{}}`;
  const declaration = `{"name"${colon}${JSON.stringify(name)}${comma}"parameters"${colon}${parameters}}`;
  const tool = `{"type"${colon}"function"${comma}"function"${colon}${declaration}}`;
  const tools = valueOf(holder, 'tools');
  const last = tools?.children?.at(-1);
  const at = last ? last.offset + last.length : (tools?.offset ?? 0) + 1;
  const edit = tools
    ? { start: at, end: at, text: last ? comma + tool : tool }
    : insertLast(line, holder, 'tools', `[${tool}]`);
  return tools && tools.type !== 'array' ? fixes : [...fixes, lineFix({ kind: 'declareFunction', name }, false, edit)];
}
