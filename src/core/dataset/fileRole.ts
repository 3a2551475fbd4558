/** What a job does with a file: learn from it, or only measure on it. */
export type FileRole = 'training' | 'validation';

/** The role that the name of a file tells; people name validation files `x.validation.jsonl`, `x_valid.jsonl`, … */
export function roleOfName(name: string): FileRole {
  return /(?:^|[._-])(?:validation|valid|val|dev|eval|test)\.[^.]+$/i.test(name) ? 'validation' : 'training';
}
