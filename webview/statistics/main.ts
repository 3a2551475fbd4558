import '../shared/base.css';
import '../shared/report.css';
import './statistics.css';
import type { StatisticsReport } from '../../src/core/dataset/statistics.ts';
import type { StatisticsHost, StatisticsPage, StatisticsState, StatisticsView } from '../../src/protocol/statistics.ts';
import { h, setShown } from '../shared/dom.ts';
import { connectHost, keep } from '../shared/host.ts';
import { BarList, type BarRow } from './barList.ts';
import { Head } from './head.ts';
import { Histogram } from './histogram.ts';
import { Words, type ShowLines } from './words.ts';

/** The page of one training file: draws the last report it was told. */
class StatisticsCards {
  readonly #words: Words;
  readonly #head: Head;
  readonly #histograms: Readonly<Record<'tokens' | 'turns' | 'characters', Histogram>>;
  readonly #lists: Readonly<Record<'roles' | 'systems' | 'longest' | 'duplicates' | 'formats' | 'states', BarList>>;
  readonly #cards: HTMLElement;

  constructor({ strings, locale, ref, view }: StatisticsState) {
    keep({ ref });
    const words = new Words(strings, locale);
    this.#words = words;
    this.#head = new Head(words, { stop: () => host.tell('stop'), retry: () => host.tell('retry') });
    const showLines: ShowLines = (selection, title) => host.tell('showLines', { selection, title });
    const { tokensTitle, turnsTitle, turnsNote, charactersTitle } = strings;
    this.#histograms = {
      tokens: new Histogram({ measure: 'tokens', title: tokensTitle, words, showLines }),
      turns: new Histogram({ measure: 'turns', title: turnsTitle, note: turnsNote, words, showLines }),
      characters: new Histogram({ measure: 'characters', title: charactersTitle, words, showLines }),
    };
    this.#lists = {
      roles: new BarList(strings.rolesTitle, showLines),
      systems: new BarList(strings.systemsTitle, showLines),
      longest: new BarList(strings.longestTitle, showLines),
      duplicates: new BarList(strings.duplicatesTitle, showLines),
      formats: new BarList(strings.formatsTitle, showLines),
      states: new BarList(strings.noLineOf, showLines),
    };
    const { tokens, characters, turns } = this.#histograms;
    const { states, formats, roles, systems, longest, duplicates } = this.#lists;
    const order = [tokens, characters, turns, systems, roles, longest, duplicates, formats, states];
    this.#cards = h('div', { class: 'cards' }, ...order.map(({ element }) => element));
    document.querySelector('#page')?.replaceChildren(h('main', {}, this.#head.element, this.#cards));
    this.show(view);
  }

  show(view: StatisticsView): void {
    this.#head.show(view);
    const { report } = view;
    setShown(this.#cards, report !== null && report.lines > 0);
    if (report === null) return;
    const { tokens, turns, characters } = report.measures;
    this.#histograms.tokens.show(tokens);
    this.#histograms.turns.show(turns);
    this.#histograms.characters.show(tokens === null ? characters : null);
    this.#showLists(report);
  }

  #showLists({ roles, systems, differentSystems, longest, repeated, repeatedGroups, formats, states }: StatisticsReport): void {
    const words = this.#words;
    const { strings } = words;
    const all = states.example;
    const mostMessages = roles[0]?.messages ?? 1;
    this.#lists.roles.show(
      roles.map(({ name, messages, examples }) => ({
        label: words.role(name),
        isName: name === null || name === '',
        value: words.fill(strings.roleValue, messages, examples),
        share: messages / mostMessages,
        selection: { kind: 'role', role: name },
      })),
    );
    this.#lists.systems.show(
      systems.map((system) => ({
        label: words.system(system),
        isName: system.text === null || system.text.trim() === '',
        ...this.#part(system.examples, all),
        selection: { kind: 'system', id: system.id },
      })),
      { note: words.fill(strings.systemsNote, differentSystems) },
    );
    const [first] = longest;
    const measured = first?.tokens === null ? 'characters' : 'tokens';
    const most = Math.max(1, first?.[measured] ?? 1);
    this.#lists.longest.show(
      longest.map((example) => ({
        label: words.fill(strings.line, example.line + 1),
        ...(example.title === null ? {} : { detail: example.title }),
        value: words.fill(measured === 'tokens' ? strings.lineTokens : strings.lineCharacters, example[measured] ?? 0),
        share: (example[measured] ?? 0) / most,
        selection: { kind: 'line', line: example.line },
      })),
    );
    const mostCopies = repeated[0]?.examples ?? 1;
    this.#lists.duplicates.show(
      repeated.map(({ first: line, title, examples }) => ({
        label: words.fill(strings.line, line + 1),
        ...(title === null ? {} : { detail: title }),
        value: words.fill(strings.times, examples),
        share: examples / mostCopies,
        selection: { kind: 'copies', first: line },
      })),
      repeatedGroups > 0
        ? { note: words.fill(strings.duplicatesNote, repeatedGroups) }
        : all > 0
          ? { empty: strings.noDuplicates }
          : {},
    );
    this.#lists.formats.show(
      formats.length < 2
        ? []
        : formats.map(({ format, examples }) => ({
            label: format === null ? strings.noFormat : strings[format],
            ...this.#part(examples, all),
            selection: { kind: 'format', format },
          })),
    );
    const odd = (['broken', 'overlong', 'blank'] as const).filter((state) => states[state] > 0);
    const mostOdd = Math.max(1, ...odd.map((state) => states[state]));
    this.#lists.states.show(
      odd.map((state) => ({
        label: strings[state],
        value: words.number(states[state]),
        share: states[state] / mostOdd,
        selection: { kind: 'state', state },
      })),
    );
  }

  #part(examples: number, all: number): Pick<BarRow, 'value' | 'share'> {
    const { strings } = this.#words;
    const value = this.#words.fill(strings.partOf, examples, this.#words.share(examples, all));
    return { value, share: all === 0 ? 0 : examples / all };
  }
}

const host = connectHost<StatisticsHost, StatisticsPage>({
  show: async (view) => (await cards).show(view),
});
const cards: Promise<StatisticsCards> = host.call('ready').then((state) => new StatisticsCards(state));
