/** Contract between the extension and the chat page, which is shown in the side bar, in an editor tab, or both. */

/** What the page asks of the extension. */
export interface ChatHost {
  /** The page is up; `draft` is what it remembers of its input, which counts if it is newer than the extension's. */
  ready(params: { readonly draft: string; readonly editedAt: number }): ChatPageState;
  setDraft(params: { readonly text: string }): void;
  /** Asks a question; false if it cannot be asked now, and then the text must stay where it is. */
  send(params: { readonly text: string }): boolean;
  stop(): void;
  retry(params: { readonly turnId: string }): void;
  showAnswer(params: { readonly turnId: string; readonly index: number }): void;
  copyAnswer(params: { readonly turnId: string }): void;
  insertAnswer(params: { readonly turnId: string }): void;
  copyText(params: { readonly text: string }): void;
  changeSettings(params: ChatSettingsChange): void;
  resetSystem(): void;
  pickModel(): void;
  createJob(): void;
  manageTrust(): void;
  setKey(): void;
  showLog(): void;
  undoClear(): void;
  refreshModels(): void;
  switchConnection(): void;
  openLink(params: { readonly url: string }): void;
}

/** What the extension tells the page. */
export interface ChatPage {
  showHeader(header: ChatHeader): void;
  /** All turns, after clearing, restoring or undoing. */
  showTurns(params: { readonly turns: readonly TurnView[] }): void;
  /** A new turn, or one that changed. */
  showTurn(turn: TurnView): void;
  /** More text of the answer that is being written. */
  addText(params: { readonly answerId: string; readonly text: string }): void;
  /** The draft was changed elsewhere: in the other place of this chat, or by a command. */
  showDraft(params: { readonly text: string; readonly focus: boolean }): void;
  focusInput(): void;
}

export type ChatPageState = {
  readonly strings: ChatStrings;
  readonly locale: string;
  readonly header: ChatHeader;
  readonly turns: readonly TurnView[];
  readonly draft: string;
};

/** Why no question can be asked; 'ready' if one can. */
export type ChatReadiness = 'loading' | 'untrusted' | 'noKey' | 'keyRefused' | 'failed' | 'noModels' | 'noneDeployed' | 'noneChosen' | 'ready';

export type ChatHeader = {
  readonly readiness: ChatReadiness;
  readonly connection: string;
  /** Why the connection's models are not known; '' if they are. */
  readonly trouble: string;
  readonly model: ModelView | null;
  readonly system: string;
  /** What the training file says about the system prompt: the same, another, or not known. */
  readonly systemState: 'asTrained' | 'changed' | 'unknown';
  readonly temperature: number;
  readonly maxTokens: number | null;
  readonly earlierTurns: boolean;
  /** Why earlier turns are or are not sent by default. */
  readonly earlierTurnsHint: string;
  readonly canUndoClear: boolean;
};

export type ModelView = { readonly name: string; readonly detail: string; readonly warning?: string };

export type ChatSettingsChange = {
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number | null;
  readonly earlierTurns?: boolean;
};

export type TurnView = {
  readonly id: string;
  readonly question: string;
  readonly source?: string;
  readonly answer: AnswerView;
  readonly shown: number;
  readonly answerCount: number;
};

export type AnswerView = {
  readonly id: string;
  readonly status: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
  readonly text: string;
  /** The model that answered, with its checkpoint. */
  readonly model: string;
  /** Tokens, seconds, tokens per second; '' while they are not known. */
  readonly figures: string;
  readonly figuresDetail: string;
  /** Stopped, cut off at the token limit: what a person must know about the end of the text. */
  readonly note?: string;
  readonly failure?: { readonly message: string; readonly needsKey: boolean };
};

export type ChatStrings = {
  readonly chooseModel: string;
  readonly changeModel: string;
  readonly modelLabel: string;
  readonly noModelsTitle: string;
  /** {0} a connection */
  readonly noModelsText: string;
  readonly createJob: string;
  readonly switchConnection: string;
  /** {0} a connection */
  readonly noKeyText: string;
  readonly tryAgain: string;
  readonly noneChosenText: string;
  readonly noneDeployedTitle: string;
  /** {0} a connection */
  readonly noneDeployedText: string;
  readonly untrustedText: string;
  readonly manageTrust: string;
  readonly loading: string;
  readonly emptyTitle: string;
  readonly emptyText: string;
  readonly settings: string;
  readonly systemPrompt: string;
  readonly systemAsTrained: string;
  readonly systemChanged: string;
  readonly systemUnknown: string;
  readonly reset: string;
  readonly temperature: string;
  readonly temperatureHint: string;
  readonly maxTokens: string;
  readonly maxTokensHint: string;
  readonly unlimited: string;
  readonly earlierTurns: string;
  readonly inputLabel: string;
  readonly inputPlaceholder: string;
  readonly send: string;
  readonly stop: string;
  readonly retry: string;
  readonly copy: string;
  readonly copied: string;
  readonly insert: string;
  readonly copyCode: string;
  readonly transcript: string;
  readonly you: string;
  readonly selectionFrom: string;
  readonly thinking: string;
  /** {0} the answer */
  readonly finished: string;
  readonly failed: string;
  readonly setKey: string;
  readonly showLog: string;
  readonly previousAnswer: string;
  readonly nextAnswer: string;
  /** {0} of {1} */
  readonly answerOf: string;
  readonly jumpToEnd: string;
  readonly cleared: string;
  readonly undo: string;
  readonly emptyAnswer: string;
};
