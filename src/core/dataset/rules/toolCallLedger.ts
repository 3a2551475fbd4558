import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import type { Findings } from './findings.ts';
import type { DeclaredTools } from './tools.ts';

/** Follows one example's tool calls from call to answer. Calls and answers of a wrong shape are others' business. */
export class ToolCallLedger {
  readonly #declared: DeclaredTools;
  readonly #path: JsonPath;
  readonly #findings: Findings;
  #called: Set<string> | undefined;
  #answered: Set<string> | undefined;
  /** Calls without an answer so far, each with its path. */
  #open: Map<string, readonly [message: number, call: number]> | undefined;
  /** Names that `function_call` named before. */
  #functions: Set<string> | undefined;

  constructor(declared: DeclaredTools, path: JsonPath, findings: Findings) {
    this.#declared = declared;
    this.#path = path;
    this.#findings = findings;
  }

  /** Takes the next message of the example. */
  follow(message: Readonly<Record<string, unknown>>, index: number): void {
    const role = message['role'];
    if (role === 'tool') {
      this.#answer(message['tool_call_id'], index);
      return;
    }
    if (this.#open && this.#open.size > 0) {
      for (const [id, [caller, call]] of this.#open) {
        this.#findings.add({ code: 'toolCall.unanswered', id }, [...this.#path, caller, 'tool_calls', call, 'id']);
      }
      this.#open.clear();
    }
    if (role === 'function') {
      this.#functionAnswer(message['name'], index);
    } else if (role === 'assistant') {
      const { tool_calls: calls, function_call: call } = message;
      if (Array.isArray(calls)) {
        calls.forEach((item: unknown, at) => this.#call(item, index, at));
      }
      if (isRecord(call)) {
        this.#functionCall(call['name'], index);
      }
    }
  }

  #call(call: unknown, index: number, at: number): void {
    if (!isRecord(call)) {
      return;
    }
    const path = [...this.#path, index, 'tool_calls', at];
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
    const path = [...this.#path, index, 'tool_call_id'];
    this.#open?.delete(id);
    if (!this.#called?.has(id)) {
      this.#findings.add({ code: 'toolAnswer.callId.unmatched', id }, path);
    } else if (this.#answered?.has(id)) {
      this.#findings.add({ code: 'toolAnswer.repeated', id }, path);
    } else {
      this.#answered ??= new Set();
      this.#answered.add(id);
    }
  }

  #functionCall(name: unknown, index: number): void {
    if (typeof name === 'string' && name !== '') {
      this.#functions ??= new Set();
      this.#functions.add(name);
      // Examples that only show the call, without declarations, are usual for the older form.
      if (this.#declared.size > 0 && !this.#declared.has(name)) {
        this.#findings.add({ code: 'toolCall.name.undeclared', name }, [...this.#path, index, 'function_call', 'name']);
      }
    }
  }

  #functionAnswer(name: unknown, index: number): void {
    if (typeof name === 'string' && !this.#functions?.has(name)) {
      this.#findings.add({ code: 'functionAnswer.unmatched', name }, [...this.#path, index, 'name']);
    }
  }
}
