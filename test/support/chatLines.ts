/** A supervised chat example as one line, written as the field's own tools write it. */
export function chatLine(question = 'What melts ice?', answer = 'Heat.'): string {
  return (
    '{"messages": [{"role": "system", "content": "Answer briefly."}, ' +
    `{"role": "user", "content": ${JSON.stringify(question)}}, {"role": "assistant", "content": ${JSON.stringify(answer)}}]}`
  );
}

/** Lines of a valid file of `count` different chat examples. */
export function chatLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => chatLine(`Question ${index}?`, `Answer ${index}.`));
}
