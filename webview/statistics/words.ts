import type { Selection, StatisticsReport } from '../../src/core/dataset/statistics.ts';
import type { StatisticsStrings } from '../../src/protocol/statistics.ts';
import { fill } from '../shared/dom.ts';

/** Numbers and names as the person's language writes them. */
export class Words {
  readonly strings: StatisticsStrings;
  readonly #number: Intl.NumberFormat;
  readonly #share: Intl.NumberFormat;

  constructor(strings: StatisticsStrings, locale: string) {
    this.strings = strings;
    this.#number = new Intl.NumberFormat(locale);
    this.#share = new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 2 });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  share(part: number, whole: number): string {
    return this.#share.format(whole === 0 ? 0 : part / whole);
  }

  fill(template: string, ...values: readonly (string | number)[]): string {
    return fill(template, ...values.map((value) => (typeof value === 'number' ? this.number(value) : value)));
  }

  range(from: number, to: number): string {
    return from === to ? this.number(from) : this.fill(this.strings.bucket, from, to);
  }

  role(name: string | null): string {
    return name === null ? this.strings.otherRoles : name === '' ? this.strings.noRole : name;
  }

  system({ id, text }: StatisticsReport['systems'][number]): string {
    if (text === null) return id === 0 ? this.strings.noSystem : this.strings.otherSystems;
    return text.trim() === '' ? this.strings.emptySystem : text;
  }
}

/** Asks the extension for the lines behind a bar; the title says what they have in common. */
export type ShowLines = (selection: Selection, title: string) => void;
