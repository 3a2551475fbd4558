import { Random } from '../../src/engine/model/random.ts';

/** Made-up examples about as long as those of the sample project (some 70 tokens each). */
export function shortExamples(count: number): string {
  const random = new Random(9);
  const word = (): string => {
    const syllables = ['ka', 'ro', 'mi', 'tel', 'sun', 'ba', 'lor', 'ni', 've', 'dra', 'pho', 'xi'];
    return Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => syllables[Math.floor(random.next() * syllables.length)]).join('');
  };
  const words = (length: number): string => Array.from({ length }, word).join(' ');
  const lines = Array.from({ length: count }, () =>
    JSON.stringify({
      messages: [
        { role: 'system', content: 'Given a science question, provide the correct answer with a detailed explanation.' },
        { role: 'user', content: `${words(10)}?` },
        { role: 'assistant', content: `${word()} Explanation: ${words(14 + Math.floor(random.next() * 12))}.` },
      ],
    }),
  );
  return `${lines.join('\n')}\n`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
