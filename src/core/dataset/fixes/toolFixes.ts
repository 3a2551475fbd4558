import type { Node } from 'jsonc-parser';
import { insertFirst, insertLast, nodeAt, punctuationOf, replaceNode, textOf, valueOf } from '../../jsonl/lineEdit.ts';
import type { LineTree } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { declarationFixes } from './declarationFixes.ts';
import { lineFix, type LineFix } from './fix.ts';
import { schemaFixes } from './toolSchemaFixes.ts';
import { booleanFix, decodeFix, removeKeyFix, setValueFix, stringifyFix, wrapInArrayFix } from './valueFixes.ts';

/** Mends of declared tools, calls of them and answers. */
export function toolFixes(problem: LineProblem, line: string, tree: LineTree): LineFix[] {
  const node = nodeAt(tree.root, problem.span);
  switch (problem.code) {
    case 'toolCall.id.missing':
      return callIdFix(line, node, tree);
    case 'toolCall.id.wrongType':
    case 'toolAnswer.callId.wrongType':
    case 'toolCall.arguments.wrongType':
      return problem.type === 'null' ? [] : stringifyFix(line, node);
    case 'toolCall.type.invalid':
    case 'tool.type.invalid':
      return problem.type === undefined ? insertTypeFix(line, node) : setValueFix(node, '"function"');
    case 'toolCall.arguments.missing':
      return node
        ? [lineFix({ kind: 'insertKey', key: 'arguments', value: '"{}"' }, false, insertLast(line, node, 'arguments', '"{}"'))]
        : [];
    case 'toolCall.arguments.notObject':
      return problem.encodedTwice && typeof node?.value === 'string'
        ? [lineFix({ kind: 'decode' }, true, replaceNode(node, JSON.stringify(JSON.parse(node.value))))]
        : [];
    case 'toolAnswer.callId.missing':
      return answerIdFix(line, node, tree);
    case 'toolAnswer.callId.unmatched':
      return answerIdFix(line, node?.parent?.parent, tree);
    case 'functionCall.besideToolCalls':
      return removeKeyFix(line, node, false);
    case 'functions.deprecated':
    case 'tool.name.invalid':
    case 'tool.name.duplicate':
    case 'toolCall.name.undeclared':
      return declarationFixes(problem, line, tree);
    default:
      return [...otherToolFixes(problem, line, node), ...schemaFixes(problem, line, node)];
  }
}

/** Mends of calls and declarations that are simple values. */
function otherToolFixes(problem: LineProblem, line: string, node: Node | undefined): LineFix[] {
  switch (problem.code) {
    case 'example.parallelToolCalls.wrongType':
    case 'tool.strict.wrongType':
      return booleanFix(node);
    case 'tools.wrongType':
      return [...decodeFix(line, node), ...wrapInArrayFix(line, node)];
    case 'tool.function.missing':
      return problem.type === undefined ? nestFunctionFix(line, node) : [];
    case 'tool.description.wrongType':
      return problem.type === 'null' ? removeKeyFix(line, node, true) : stringifyFix(line, node);
    default:
      return [];
  }
}

function insertTypeFix(line: string, node: Node | undefined): LineFix[] {
  const value = '"function"';
  return node ? [lineFix({ kind: 'insertKey', key: 'type', value }, true, insertFirst(line, node, 'type', value))] : [];
}

/** Ids of calls and answers of an example, in order of place. */
function idsOf(tree: LineTree): { readonly calls: readonly string[]; readonly answers: readonly string[] } {
  const calls: string[] = [];
  const answers: string[] = [];
  for (const message of (tree.find(['messages']) ?? tree.find(['input', 'messages']))?.children ?? []) {
    for (const call of valueOf(message, 'tool_calls')?.children ?? []) {
      calls.push(String(valueOf(call, 'id')?.value));
    }
    const answer = valueOf(message, 'tool_call_id')?.value as unknown;
    if (typeof answer === 'string') {
      answers.push(answer);
    }
  }
  return { calls, answers };
}

/** The id that a later answer names and no call has, or a new one. */
function callIdFix(line: string, call: Node | undefined, tree: LineTree): LineFix[] {
  if (!call) {
    return [];
  }
  const { calls, answers } = idsOf(tree);
  const waiting = answers.filter((id) => !calls.includes(id));
  let number = 1;
  while (calls.includes(`call_${number}`) || answers.includes(`call_${number}`)) {
    number += 1;
  }
  const value = JSON.stringify(waiting[0] ?? `call_${number}`);
  const existing = valueOf(call, 'id');
  const edit = existing ? replaceNode(existing, value) : insertFirst(line, call, 'id', value);
  return [lineFix({ kind: 'insertKey', key: 'id', value }, waiting.length < 2, edit)];
}

/** The id of the only call that has no answer yet. */
function answerIdFix(line: string, message: Node | undefined, tree: LineTree): LineFix[] {
  if (!message) {
    return [];
  }
  const { calls, answers } = idsOf(tree);
  const open = calls.filter((id) => !answers.includes(id));
  if (open.length !== 1) {
    return [];
  }
  const value = JSON.stringify(open[0]);
  const existing = valueOf(message, 'tool_call_id');
  const edit = existing ? replaceNode(existing, value) : insertLast(line, message, 'tool_call_id', value);
  return [lineFix({ kind: 'insertKey', key: 'tool_call_id', value }, true, edit)];
}

/** Puts a declaration that stands flat, as other APIs write it, into "function". */
function nestFunctionFix(line: string, tool: Node | undefined): LineFix[] {
  const type = tool?.children?.find((property) => property.children?.[0]?.value === 'type');
  const members = tool?.children?.filter((property) => property !== type) ?? [];
  if (!tool || valueOf(tool, 'name') === undefined) {
    return [];
  }
  const { colon, comma } = punctuationOf(line);
  const declaration = members.map((member) => textOf(line, member)).join(comma);
  const head = type ? textOf(line, type) : `"type"${colon}"function"`;
  const text = `{${head}${comma}"function"${colon}{${declaration}}}`;
  return [lineFix({ kind: 'wrapInObject', key: 'function' }, true, replaceNode(tool, text))];
}
