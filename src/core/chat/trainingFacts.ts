/** What a training file says about how its model wants to be asked. */
export type TrainingFacts = {
  /** The system prompt that most examples have; '' = most have none. */
  readonly system: string;
  /** No example has more than one question. */
  readonly singleTurn: boolean;
};

/** Examples looked at: enough to see how a file is made, few enough for any file. */
const examplesRead = 500;

/** Facts of chat-format JSONL, from its first examples; undefined if none of them holds `messages`. */
export function readTrainingFacts(jsonl: string): TrainingFacts | undefined {
  const systems = new Map<string, number>();
  let examples = 0;
  let singleTurn = true;
  let start = 0;
  while (start < jsonl.length && examples < examplesRead) {
    const found = jsonl.indexOf('\n', start);
    const end = found < 0 ? jsonl.length : found;
    const messages = readMessages(jsonl.slice(start, end));
    start = end + 1;
    if (messages === undefined) continue;
    examples += 1;
    const system = messages.find(({ role }) => role === 'system' || role === 'developer')?.content;
    const text = typeof system === 'string' ? system : '';
    systems.set(text, (systems.get(text) ?? 0) + 1);
    singleTurn &&= messages.filter(({ role }) => role === 'user').length <= 1;
  }
  const [commonest] = [...systems].sort((a, b) => b[1] - a[1]);
  return commonest === undefined ? undefined : { system: commonest[0], singleTurn };
}

type Message = { readonly role?: unknown; readonly content?: unknown };

function readMessages(line: string): readonly Message[] | undefined {
  try {
    const example: unknown = JSON.parse(line.replace(/^\ufeff/, ''));
    if (typeof example !== 'object' || example === null || !('messages' in example)) return undefined;
    const { messages } = example;
    if (!Array.isArray(messages)) return undefined;
    return messages.filter((message): message is Message => typeof message === 'object' && message !== null);
  } catch {
    return undefined;
  }
}
