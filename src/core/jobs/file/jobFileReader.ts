import { RecipeReader, rangeOf, type Member } from '../../prepare/recipeReader.ts';
import type { TextRange } from '../../prepare/recipeProblem.ts';
import { getNodeValue } from 'jsonc-parser';
import type { JobFileProblem, JobFileProblemFacts, ValueProblem } from './jobFileProblem.ts';

/** Reads values of a job file or a grader, and collects what is wrong with them at its exact place. */
export class JobFileReader {
  readonly values: RecipeReader;
  readonly #own: JobFileProblem[] = [];

  constructor(text: string) {
    this.values = new RecipeReader(text);
  }

  /** In the order of the text. */
  get problems(): readonly JobFileProblem[] {
    const found = this.values.problems.filter((problem): problem is typeof problem & ValueProblem => problem.code !== 'recipe.notObject');
    return [...found, ...this.#own].sort((one, other) => one.range.start - other.range.start);
  }

  error(range: TextRange, facts: JobFileProblemFacts): undefined {
    this.#own.push({ ...facts, severity: 'error', range });
  }

  warn(range: TextRange, facts: JobFileProblemFacts): undefined {
    this.#own.push({ ...facts, severity: 'warning', range });
  }

  /** An object as it is, for what is handed on to the service. */
  object(member: Member): Readonly<Record<string, unknown>> | undefined {
    if (member.node.type === 'object') return getNodeValue(member.node) as Readonly<Record<string, unknown>>;
    // Reports the wrong type.
    this.values.members(member, []);
    return undefined;
  }

  /** The filled texts of a list; undefined if one of them is none. */
  texts(member: Member): readonly string[] | undefined {
    const found = this.values.items(member)?.map((item) => this.values.filledString(item));
    return found?.every((text) => text !== undefined) === true ? found : undefined;
  }

  at(member: Member): TextRange {
    return rangeOf(member.node);
  }
}
