import { rangeOf } from '../../jsonl/position.ts';
import type { Problem, ProblemFacts, RelatedPlace } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import { bucketOf, lineOf, type Corpus, type Entry, type SystemPrompt } from './corpus.ts';
import { similarity } from './sketch.ts';

/** The other file, as it is named in texts, and as whoever shows related places knows it. */
export type ReferenceFile = { readonly name: string; readonly file: string };

type Place = { readonly entry: Entry; readonly file?: string };

/** Both of two answers up to this length are labels, which contradict each other. In UTF-16 units. */
const label = 60;
/** Most related places of one problem. */
const mostRelated = 5;

/**
 * What shows only across lines and files, in no order and step by step, so that whoever wants it can rest meanwhile;
 * undefined is a step that found nothing. The places of the examples must be right, and the corpus must not change.
 */
export function* findCorpusProblems(
  corpus: Corpus,
  ruleset: Ruleset,
  reference?: ReferenceFile,
): IterableIterator<Problem | undefined> {
  const tell: Tell = function* (facts, entry, ...related) {
    const severity = ruleset.severities[facts.code];
    if (severity !== 'off') {
      yield { ...facts, severity, range: rangeAt(entry), related: related.map(toRelated) };
    }
  };
  yield* duplicates(corpus, tell);
  yield* nearDuplicates(corpus, tell);
  yield* contradictions(corpus, tell);
  yield* leaks(corpus, reference, tell);
  yield* driftingPrompts(corpus, tell);
  yield* outliers(corpus, tell);
  yield* systemShare(corpus, tell);
}

type Found = Iterable<Problem | undefined>;
type Tell = (facts: ProblemFacts, entry: Entry, ...related: readonly Place[]) => Iterable<Problem>;

function* duplicates({ repeated }: Corpus, tell: Tell): Found {
  for (const { entries } of repeated) {
    const first = firstOf(entries);
    for (const entry of entries) {
      if (entry !== first) {
        yield* tell({ code: 'corpus.duplicate.same', line: lineOf(first) + 1, copies: entries.size }, entry, { entry: first });
      }
    }
  }
}

function* nearDuplicates(corpus: Corpus, tell: Tell): Found {
  for (const copies of corpus.similar) {
    const own = firstOf(copies.entries);
    const others = [...(copies.near ?? [])].map(({ entries }) => firstOf(entries)).sort((one, other) => lineOf(one) - lineOf(other));
    const first = others[0];
    if (first && lineOf(first) < lineOf(own)) {
      yield* tell({ code: 'corpus.duplicate.near', line: lineOf(first) + 1 }, own, ...others.slice(0, mostRelated).map((entry) => ({ entry })));
    }
  }
}

function* contradictions({ contradicted }: Corpus, tell: Tell): Found {
  for (const { copies, answers, format } of contradicted) {
    const firsts = [...copies].map(({ entries }) => firstOf(entries));
    const first = firstOf(firsts);
    for (const entry of firsts) {
      const { answer, answerLength } = entry.copies;
      if (answer === first.copies.answer) {
        continue;
      }
      const facts = { line: lineOf(first) + 1, answers };
      const code =
        format === 'preference'
          ? 'corpus.preference.reversed'
          : Math.max(answerLength, first.copies.answerLength) <= label
            ? 'corpus.answer.conflict'
            : 'corpus.answer.varies';
      yield* tell({ code, ...facts }, entry, { entry: first });
    }
  }
}

function* leaks({ leaked, reference: other }: Corpus, reference: ReferenceFile | undefined, tell: Tell): Found {
  if (!other || !reference) {
    return;
  }
  for (const { leak, entries } of leaked) {
    if (leak) {
      const facts = { line: lineOf(leak.entry) + 1, file: reference.name };
      yield* tell({ code: `corpus.leak.${leak.kind}`, ...facts }, firstOf(entries), { entry: leak.entry, file: reference.file });
    }
  }
}

/** So many different system messages are meant; fewer, if all but one are rare and like it, are not. */
const fewPrompts = 64;

function* driftingPrompts(corpus: Corpus, tell: Tell): Found {
  const { prompts, size } = corpus;
  if (prompts.size < 2 || prompts.size > fewPrompts) {
    return;
  }
  const usual = [...prompts.values()].reduce((best, prompt) => (isMoreUsual(prompt, best) ? prompt : best));
  const drifted = [...prompts.values()].filter(
    (prompt) => prompt !== usual && prompt.examples * 4 <= usual.examples && similarity(prompt.sketch, usual.sketch) >= 0.5,
  );
  const firsts = yield* firstsOf(corpus, new Set(drifted.length === 0 ? [] : [usual, ...drifted]));
  const entry = firsts.get(usual);
  for (const prompt of entry ? drifted : []) {
    const own = firsts.get(prompt);
    if (entry && own) {
      yield* tell({ code: 'corpus.system.drift', examples: prompt.examples, of: size }, own, { entry });
    }
  }
}

function isMoreUsual(one: SystemPrompt, other: SystemPrompt): boolean {
  return one.examples > other.examples || (one.examples === other.examples && one.hash < other.hash);
}

/** Fewer examples show no usual length, and no usual share. */
const enough = 50;

/** Examples eight times as long as three quarters of all, and far outside of their spread (Tukey's outer fence). */
function* outliers(corpus: Corpus, tell: Tell): Found {
  const { byLength, size } = corpus;
  if (size < enough) {
    return;
  }
  const buckets = [...byLength].sort(([one], [other]) => one - other);
  const atShare = (share: number): number => {
    let seen = 0;
    for (const [bucket, here] of buckets) {
      seen += here;
      if (seen >= share * size) {
        return bucket;
      }
    }
    return 0;
  };
  const [low, middle, high] = [atShare(0.25), atShare(0.5), atShare(0.75)] as const;
  const fence = high + Math.max(bucketOf(7), 3 * (high - low));
  const usual = Math.round(2 ** ((middle + 0.5) / 4));
  if ((buckets.at(-1)?.[0] ?? 0) <= fence) {
    return;
  }
  for (const { characters, entries } of corpus.longerThan(fence)) {
    for (const entry of entries) {
      yield* tell({ code: 'corpus.length.outlier', characters, usual }, entry);
    }
  }
}

const largeShare = 0.8;

function* systemShare(corpus: Corpus, tell: Tell): Found {
  const { characters, systemCharacters, prompts, size } = corpus;
  if (size >= enough && prompts.size > 0 && systemCharacters >= largeShare * characters) {
    const percent = Math.floor((100 * systemCharacters) / characters);
    const firsts = yield* firstsOf(corpus, new Set(prompts.values()));
    yield* tell({ code: 'corpus.system.share', percent }, firstOf(firsts.values()));
  }
}

/** The first example with each of some system messages. */
function* firstsOf({ copies: all }: Corpus, wanted: ReadonlySet<SystemPrompt>): Generator<undefined, Map<SystemPrompt, Entry>> {
  const firsts = new Map<SystemPrompt, Entry>();
  for (const { prompt, entries } of wanted.size > 0 ? all.values() : []) {
    yield undefined;
    if (prompt && wanted.has(prompt)) {
      const known = firsts.get(prompt);
      firsts.set(prompt, known ? firstOf([known, ...entries]) : firstOf(entries));
    }
  }
  return firsts;
}

function firstOf(entries: Iterable<Entry>): Entry {
  let first: Entry | undefined;
  for (const entry of entries) {
    first = first === undefined || lineOf(entry) < lineOf(first) ? entry : first;
  }
  if (!first) {
    throw new Error('There is a group without examples.');
  }
  return first;
}

function rangeAt(entry: Entry): Problem['range'] {
  return rangeOf(lineOf(entry), entry);
}

function toRelated({ entry, file }: Place): RelatedPlace {
  return { range: rangeAt(entry), ...(file === undefined ? {} : { file }) };
}
