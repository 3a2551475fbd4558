import type { Node } from 'jsonc-parser';
import { nodeAt, punctuationOf, removeMember, replaceNode, textOf, valueOf } from '../../jsonl/lineEdit.ts';
import type { LineTree } from '../../jsonl/tree.ts';
import type { LineProblem } from '../problem.ts';
import { lineFix, type LineFix } from './fix.ts';
import { decodeFix, removeKeyFix, renameFix, setValueFix, stringifyFix, wrapInArrayFix } from './valueFixes.ts';

/** Mends of preference pairs, of examples for reinforcement, and of prompts with completions. */
export function formatFixes(problem: LineProblem, line: string, tree: LineTree): LineFix[] {
  const node = nodeAt(tree.root, problem.span);
  switch (problem.code) {
    case 'preference.key.renamed':
      return renameFix(node, problem.meant, true);
    case 'preference.input.wrongType':
      return [...decodeFix(line, node), ...inputFix(line, node)];
    case 'preference.output.wrongType':
      return [...decodeFix(line, node), ...wrapInArrayFix(line, node), ...answerFix(line, node)];
    case 'preference.output.role':
      return setValueFix(node, '"assistant"');
    case 'preference.image': {
      const part = node?.parent?.parent;
      return part ? [lineFix({ kind: 'removePart' }, false, removeMember(line, part))] : [];
    }
    case 'reinforcement.role.notAllowed':
      return problem.role === 'system' ? setValueFix(node, '"developer"') : [];
    case 'reinforcement.answer':
      return removeAnswerFix(line, tree);
    case 'reinforcement.field.name': {
      const name = problem.key.trim().replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_');
      return /[A-Za-z0-9]/.test(name) && !valueOf(tree.root, name) ? renameFix(node, name, false) : [];
    }
    case 'completion.value.wrongType':
      return stringifyFix(line, node);
    case 'completion.key.unknown':
      return removeKeyFix(line, node, true);
    default:
      return [];
  }
}

/** Makes a plain text the one question of the input, and an array the messages of it. */
function inputFix(line: string, node: Node | undefined): LineFix[] {
  const { colon, comma } = punctuationOf(line);
  if (node?.type === 'array') {
    return [lineFix({ kind: 'wrapInObject', key: 'messages' }, true, replaceNode(node, `{"messages"${colon}${textOf(line, node)}}`))];
  }
  if (node?.type !== 'string' || String(node.value).trim() === '') {
    return [];
  }
  const message = `{"role"${colon}"user"${comma}"content"${colon}${textOf(line, node)}}`;
  return [lineFix({ kind: 'wrapAsQuestion' }, true, replaceNode(node, `{"messages"${colon}[${message}]}`))];
}

function answerFix(line: string, node: Node | undefined): LineFix[] {
  if (node?.type !== 'string' || String(node.value).trim() === '') {
    return [];
  }
  const { colon, comma } = punctuationOf(line);
  const message = `{"role"${colon}"assistant"${comma}"content"${colon}${textOf(line, node)}}`;
  return [lineFix({ kind: 'wrapAsAnswer' }, true, replaceNode(node, `[${message}]`))];
}

/** Removes the answer that the model is to find by itself. */
function removeAnswerFix(line: string, tree: LineTree): LineFix[] {
  const answer = tree.find(['messages'])?.children?.at(-1);
  return answer ? [lineFix({ kind: 'removeAnswer' }, false, removeMember(line, answer))] : [];
}
