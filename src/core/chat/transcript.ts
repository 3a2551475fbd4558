import type { JobRef } from '../jobs/jobStore.ts';

/** A tuned model is always known together with its job; `checkpoint` is the step, absent for the final model. */
export type TunedModel = { readonly model: string; readonly ref: JobRef; readonly checkpoint?: number };

/** Everything that decided an answer besides the question. */
export type AskedWith = {
  readonly model: TunedModel;
  readonly system: string;
  readonly temperature: number;
  readonly maxTokens: number | null;
  /** The turns before this one were sent along. */
  readonly earlierTurns: boolean;
};

export type AnswerStatus = 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';

export type Answer = {
  readonly id: string;
  readonly askedWith: AskedWith;
  readonly status: AnswerStatus;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Milliseconds from the question to the first text, and to the end. */
  readonly firstTextMs?: number;
  readonly totalMs?: number;
  readonly finishReason?: string;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
  readonly failure?: Failure;
};

/** Why an answer failed: the kind decides what is offered, the sentence is shown as it was told. */
type Failure = { readonly kind: string; readonly message: string };

export type Turn = {
  readonly id: string;
  readonly question: string;
  /** Where a question came from that was selected in an editor, as shown to the person; never sent. */
  readonly source?: string;
  /** Never empty; a retry adds one. */
  readonly answers: readonly Answer[];
  readonly shown: number;
};

/** What the next question is asked with; null = as the training file says. */
export type ChatSettings = {
  readonly model: TunedModel | null;
  readonly system: string | null;
  readonly temperature: number;
  readonly maxTokens: number | null;
  readonly earlierTurns: boolean | null;
};

export type Draft = { readonly text: string; readonly editedAt: number };

export type ChatState = {
  readonly turns: readonly Turn[];
  readonly settings: ChatSettings;
  readonly draft: Draft;
  /** The turns that the last clearing took away, until the next question. */
  readonly cleared: readonly Turn[];
};

export const emptyChat: ChatState = {
  turns: [],
  settings: { model: null, system: null, temperature: 0, maxTokens: null, earlierTurns: null },
  draft: { text: '', editedAt: 0 },
  cleared: [],
};

type Asking = { readonly answerId: string; readonly askedWith: AskedWith; readonly at: number };

/** `at` is milliseconds since 1970. */
export type ChatAction =
  | { readonly kind: 'set'; readonly settings: Partial<ChatSettings> }
  | { readonly kind: 'draft'; readonly text: string; readonly at: number }
  | ({ readonly kind: 'ask'; readonly turnId: string; readonly question: string; readonly source?: string } & Asking)
  | ({ readonly kind: 'retry'; readonly turnId: string } & Asking)
  | { readonly kind: 'text'; readonly answerId: string; readonly text: string; readonly at: number }
  | {
      readonly kind: 'end';
      readonly answerId: string;
      readonly at: number;
      readonly finishReason: string | null;
      readonly usage: Answer['usage'] | null;
    }
  | { readonly kind: 'stop'; readonly answerId: string; readonly at: number }
  | { readonly kind: 'fail'; readonly answerId: string; readonly at: number; readonly failure: Failure }
  | { readonly kind: 'show'; readonly turnId: string; readonly index: number }
  | { readonly kind: 'clear' }
  | { readonly kind: 'undoClear' };

/** The transcript after an action. Actions on answers that are gone or over change nothing: the same object returns. */
export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.kind) {
    case 'set':
      return { ...state, settings: { ...state.settings, ...action.settings } };
    case 'draft':
      return { ...state, draft: { text: action.text, editedAt: action.at } };
    case 'ask': {
      const { turnId, question, source } = action;
      const turn: Turn = { id: turnId, question, ...(source ? { source } : {}), answers: [toAnswer(action)], shown: 0 };
      return { ...state, turns: [...state.turns, turn], cleared: [] };
    }
    case 'retry':
      return changeTurn(state, action.turnId, (turn) => {
        // An attempt that brought nothing is not worth a place among the answers.
        const kept = turn.answers.filter((answer) => answer.text !== '' || isUnderWay(answer));
        return { ...turn, answers: [...kept, toAnswer(action)], shown: kept.length };
      });
    case 'text':
      return changeAnswer(state, action.answerId, (answer) => ({
        ...answer,
        status: 'streaming',
        text: answer.text + action.text,
        firstTextMs: answer.firstTextMs ?? action.at - answer.askedAt,
      }));
    case 'end':
      return changeAnswer(state, action.answerId, (answer) => ({
        ...answer,
        status: 'done',
        totalMs: action.at - answer.askedAt,
        ...(action.finishReason === null ? {} : { finishReason: action.finishReason }),
        ...(action.usage ? { usage: action.usage } : {}),
      }));
    case 'stop':
      return changeAnswer(state, action.answerId, (answer) => finish(answer, 'stopped', action.at));
    case 'fail':
      return changeAnswer(state, action.answerId, (answer) => ({
        ...finish(answer, 'failed', action.at),
        failure: action.failure,
      }));
    case 'show':
      return changeTurn(state, action.turnId, (turn) =>
        turn.answers[action.index] === undefined ? turn : { ...turn, shown: action.index },
      );
    case 'clear':
      return state.turns.length === 0 ? state : { ...state, turns: [], cleared: state.turns };
    case 'undoClear':
      return state.cleared.length === 0 ? state : { ...state, turns: [...state.cleared, ...state.turns], cleared: [] };
  }
}

/** The answer that a person sees of a turn. */
export function shownAnswer(turn: Turn): Answer | undefined {
  return turn.answers[turn.shown] ?? turn.answers.at(-1);
}

export function isUnderWay(answer: Answer): boolean {
  return answer.status === 'waiting' || answer.status === 'streaming';
}

/** The answer that is being written, if any; there is at most one. */
export function findUnderWay(state: ChatState): { readonly turn: Turn; readonly answer: Answer } | undefined {
  for (let i = state.turns.length - 1; i >= 0; i--) {
    const turn = state.turns[i];
    const answer = turn?.answers.find(isUnderWay);
    if (turn !== undefined && answer !== undefined) return { turn, answer };
  }
  return undefined;
}

export function sameModel(a: TunedModel | null, b: TunedModel | null): boolean {
  return a?.model === b?.model && a?.ref.jobId === b?.ref.jobId && a?.ref.connectionId === b?.ref.connectionId;
}

function toAnswer({ answerId, askedWith, at }: Asking): Answer {
  return { id: answerId, askedWith, status: 'waiting', text: '', askedAt: at };
}

function finish(answer: Answer, status: AnswerStatus, at: number): Answer {
  return { ...answer, status, totalMs: at - answer.askedAt };
}

function changeTurn(state: ChatState, turnId: string, change: (turn: Turn) => Turn): ChatState {
  const index = state.turns.findIndex((turn) => turn.id === turnId);
  const turn = state.turns[index];
  const changed = turn && change(turn);
  return changed === undefined || changed === turn ? state : { ...state, turns: state.turns.with(index, changed) };
}

function changeAnswer(state: ChatState, answerId: string, change: (answer: Answer) => Answer): ChatState {
  const found = findUnderWay(state);
  if (found?.answer.id !== answerId) return state;
  return changeTurn(state, found.turn.id, (turn) => ({
    ...turn,
    answers: turn.answers.map((answer) => (answer.id === answerId ? change(answer) : answer)),
  }));
}
