import type { SourceFault } from '../core/prepare/recipeProblem.ts';

/** Ends the reading of a source; an expected failure, told to people by its fault. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly fault: SourceFault;

  constructor(fault: SourceFault) {
    super(fault.kind);
    this.fault = fault;
  }
}
