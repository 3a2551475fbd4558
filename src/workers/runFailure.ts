import type { PrepareFailure } from '../core/prepare/outcome.ts';

/** An expected failure on its way to the result of a run. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
  readonly failure: PrepareFailure;

  constructor(failure: PrepareFailure) {
    super(failure.kind);
    this.failure = failure;
  }
}
