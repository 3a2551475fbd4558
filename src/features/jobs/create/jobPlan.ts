import type * as vscode from 'vscode';
import type { JobDraft } from '../../../core/jobs/jobDraft.ts';
import type { Connection } from '../../../platform/connections.ts';

/** A training or validation file that was checked and has no problem of error severity. */
export type CheckedFile = {
  readonly uri: vscode.Uri;
  readonly examples: number;
  readonly bytes: number;
};

/** What the person has chosen so far. */
export type JobPlan = {
  readonly connection: Connection;
  readonly training: CheckedFile | undefined;
  readonly validation: CheckedFile | undefined;
  readonly draft: JobDraft;
};

/** What a person has chosen in the end. */
export type FullPlan = JobPlan & { readonly training: CheckedFile };
