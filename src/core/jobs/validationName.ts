/** Names under which the validation file of a training file usually lies beside it, most likely first. */
export function validationNames(trainingName: string): readonly string[] {
  const dot = trainingName.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [trainingName.slice(0, dot), trainingName.slice(dot)] : [trainingName, '.jsonl'];
  const part = /^(?:(.*)([._-]))?train(?:ing)?$/i.exec(stem);
  const words = ['validation', 'valid', 'val', 'dev'];
  const replaced = part === null ? [] : words.map((word) => `${part[1] ?? ''}${part[2] ?? ''}${word}${extension}`);
  return [...replaced, ...words.map((word) => `${stem}.${word}${extension}`)];
}

/** Names that the training file beside a validation file may have, most likely first; none if no name tells that it is one. */
export function trainingNames(validationName: string): readonly string[] {
  const [, stem = '', separator = '', extension] = /^(?:(.*)([._-]))?(?:validation|valid|val|dev|eval|test)(\.[^.]+)$/i.exec(validationName) ?? [];
  if (extension === undefined) return [];
  const words = ['train', 'training'].map((word) => `${stem}${separator}${word}${extension}`);
  return [...words, ...(stem === '' ? [] : [`${stem}${extension}`])];
}
