import { isRecord } from '../format.ts';
import type { Findings } from './findings.ts';

/** Follows one example's tool calls from call to answer. Calls and answers of a wrong shape are others' business. */
export class ToolCallLedger {
  readonly #declared: ReadonlySet<string>;
  readonly #findings: Findings;
  #called: Set<string> | undefined;
  /** Calls without an answer so far, each with its path. */
  #open: Map<string, readonly [message: number, call: number]> | undefined;

  constructor(declared: ReadonlySet<string>, findings: Findings) {
    this.#declared = declared;
    this.#findings = findings;
  }

  /** Takes the next message of the example. */
  follow(message: Readonly<Record<string, unknown>>, index: number): void {
    if (message['role'] === 'tool') {
      this.#answer(message['tool_call_id'], index);
      return;
    }
    if (this.#open && this.#open.size > 0) {
      for (const [id, [caller, call]] of this.#open) {
        this.#findings.add({ code: 'toolCall.unanswered', id }, ['messages', caller, 'tool_calls', call, 'id']);
      }
      this.#open.clear();
    }
    const calls = message['tool_calls'];
    if (message['role'] === 'assistant' && Array.isArray(calls)) {
      calls.forEach((call: unknown, at) => this.#call(call, index, at));
    }
  }

  #call(call: unknown, index: number, at: number): void {
    if (!isRecord(call)) {
      return;
    }
    const path = ['messages', index, 'tool_calls', at] as const;
    const id = call['id'];
    if (typeof id === 'string') {
      this.#called ??= new Set();
      if (this.#called.has(id)) {
        this.#findings.add({ code: 'toolCall.id.duplicate', id }, [...path, 'id']);
      }
      this.#called.add(id);
      this.#open ??= new Map();
      this.#open.set(id, [index, at]);
    }
    const called = call['function'];
    const name = isRecord(called) ? called['name'] : undefined;
    if (typeof name === 'string' && name !== '' && !this.#declared.has(name)) {
      this.#findings.add({ code: 'toolCall.name.undeclared', name }, [...path, 'function', 'name']);
    }
  }

  #answer(id: unknown, index: number): void {
    if (typeof id !== 'string') {
      return;
    }
    if (!this.#open?.delete(id) && !this.#called?.has(id)) {
      this.#findings.add({ code: 'toolAnswer.callId.unmatched', id }, ['messages', index, 'tool_call_id']);
    }
  }
}
