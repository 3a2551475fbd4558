import type { Node } from 'jsonc-parser';
import { insertFirst, insertLast, removeMember, replaceNode, valueOf, type LineEdit } from '../../jsonl/lineEdit.ts';
import type { LineProblem } from '../problem.ts';
import { nearest } from '../similarity.ts';
import { nearestSchemaType } from '../vocabulary.ts';
import { lineFix, type LineFix } from './fix.ts';
import { removeKeyFix, setValueFix } from './valueFixes.ts';

/** Mends of the schemas of parameters. */
export function schemaFixes(problem: LineProblem, line: string, node: Node | undefined): LineFix[] {
  switch (problem.code) {
    case 'tool.schema.type.unknown':
      return problem.near === undefined ? [] : setValueFix(node, JSON.stringify(problem.near));
    case 'tool.parameters.notObjectSchema':
      return nearestSchemaType(problem.type) === 'object' ? setValueFix(node, '"object"') : [];
    case 'tool.parameters.type.missing':
      return node
        ? [lineFix({ kind: 'insertKey', key: 'type', value: '"object"' }, true, insertFirst(line, node, 'type', '"object"'))]
        : [];
    case 'tool.schema.items.missing':
      return node
        ? [lineFix({ kind: 'insertKey', key: 'items', value: '{}' }, false, insertLast(line, node, 'items', '{}'))]
        : [];
    case 'tool.schema.enum.empty':
      return removeKeyFix(line, node, true);
    case 'tool.schema.required.undeclared':
      return requiredFixes(line, node, problem.name);
    case 'tool.strict.open':
      return strictFix(line, node);
    default:
      return [];
  }
}

/** The parameter that the name most likely stands for, or the list without the name. */
function requiredFixes(line: string, node: Node | undefined, name: string): LineFix[] {
  const schema = node?.parent?.parent?.parent;
  const declared = valueOf(schema, 'properties')?.children?.map((property) => String(property.children?.[0]?.value)) ?? [];
  const near = nearest(name, declared);
  return [
    ...(near === undefined ? [] : setValueFix(node, JSON.stringify(near))),
    ...(node ? [lineFix({ kind: 'removeItem' }, false, removeMember(line, node))] : []),
  ];
}

/** Requires all parameters and allows no others. */
function strictFix(line: string, schema: Node | undefined): LineFix[] {
  if (!schema) {
    return [];
  }
  const names = valueOf(schema, 'properties')?.children?.map((property) => String(property.children?.[0]?.value)) ?? [];
  const required = JSON.stringify(names).replaceAll('","', '", "');
  const edits: LineEdit[] = [];
  const set = (key: string, value: string): void => {
    const existing = valueOf(schema, key);
    edits.push(existing ? replaceNode(existing, value) : insertLast(line, schema, key, value));
  };
  if (names.length > 0) {
    set('required', required);
  }
  set('additionalProperties', 'false');
  return [lineFix({ kind: 'makeStrict' }, false, ...edits)];
}
