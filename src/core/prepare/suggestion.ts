/** The name that was probably meant, or null if none is near: at most a third of its letters differ. */
export function closestName(name: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  const wanted = simplify(name);
  for (const candidate of names) {
    const simple = simplify(candidate);
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, simple.length) / 3));
    if (Math.abs(wanted.length - simple.length) > limit) continue;
    const distance = editDistance(wanted, simple);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** "Correct Answer", "correct-answer" and "correct_answer" are one name to a person. */
function simplify(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[\s_\-.]+/g, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each count one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
