/** Names under which the validation file of a training file usually lies beside it, most likely first. */
export function validationNames(trainingName: string): readonly string[] {
  const dot = trainingName.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [trainingName.slice(0, dot), trainingName.slice(dot)] : [trainingName, '.jsonl'];
  const part = /^(?:(.*)([._-]))?train(?:ing)?$/i.exec(stem);
  const words = ['validation', 'valid', 'val', 'dev'];
  const replaced = part === null ? [] : words.map((word) => `${part[1] ?? ''}${part[2] ?? ''}${word}${extension}`);
  return [...replaced, ...words.map((word) => `${stem}.${word}${extension}`)];
}
