import type { Selection, StatisticsReport } from '../core/dataset/statistics.ts';

/** Contract between the extension and the page of one training file's statistics. */

/** What the page asks of the extension. */
export interface StatisticsHost {
  /** The page is up: everything it shows, at once. Later news comes through StatisticsPage. */
  ready(): StatisticsState;
  /** Goes to the line of a bar, or lets the person choose among its lines. */
  showLines(params: { readonly selection: Selection; readonly title: string }): void;
  /** Ends reading or counting; what is known so far stays. */
  stop(): void;
  /** Reads the file again. */
  retry(): void;
}

/** What the extension tells the page. */
export interface StatisticsPage {
  show(view: StatisticsView): void;
}

export type StatisticsState = {
  readonly strings: StatisticsStrings;
  /** BCP 47, for numbers. */
  readonly locale: string;
  /** What a reload must know to show this file again; the page stores it with `setState`. */
  readonly ref: { readonly uri: string };
  readonly view: StatisticsView;
};

export type StatisticsView = {
  readonly title: string;
  /** Formats and place of the file in words. */
  readonly subtitle: string;
  readonly activity: Activity | null;
  readonly remarks: readonly { readonly tone: 'info' | 'warning' | 'error'; readonly text: string; readonly canRetry?: true }[];
  /** Null until the file was read once. */
  readonly report: StatisticsReport | null;
};

/** What goes on; `share` from 0 to 1. */
type Activity = { readonly text: string; readonly share: number | null; readonly canStop: boolean };

export type StatisticsStrings = Readonly<
  Record<
    | 'stop'
    | 'retry'
    | 'examples'
    | 'tokens'
    | 'moreThan'
    | 'repeated'
    | 'repeatedNote'
    | 'noLineOf'
    | 'blank'
    | 'broken'
    | 'overlong'
    | 'tokensTitle'
    | 'turnsTitle'
    | 'turnsNote'
    | 'charactersTitle'
    | 'spread'
    | 'bucket'
    | 'bucketExamples'
    | 'range'
    | 'share'
    | 'partOf'
    | 'table'
    | 'rolesTitle'
    | 'roleValue'
    | 'noRole'
    | 'otherRoles'
    | 'systemsTitle'
    | 'systemsNote'
    | 'noSystem'
    | 'otherSystems'
    | 'emptySystem'
    | 'longestTitle'
    | 'line'
    | 'lineTokens'
    | 'lineCharacters'
    | 'duplicatesTitle'
    | 'duplicatesNote'
    | 'noDuplicates'
    | 'times'
    | 'formatsTitle'
    | 'chat'
    | 'preference'
    | 'reinforcement'
    | 'completion'
    | 'noFormat'
    | 'info'
    | 'warning'
    | 'error',
    string
  >
>;
