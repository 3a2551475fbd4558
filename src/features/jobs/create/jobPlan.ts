import type * as vscode from 'vscode';
import type { JobDraft } from '../../../core/jobs/jobDraft.ts';
import type { Connection } from '../../../platform/connections.ts';

/** A training or validation file: on this machine, or already at the service of the plan's connection. */
export type PlanFile =
  | { readonly kind: 'local'; readonly uri: vscode.Uri; readonly name: string }
  | { readonly kind: 'remote'; readonly fileId: string; readonly name: string };

/** What a note of a pending job calls a file. */
export function fileKey(file: PlanFile): string {
  return file.kind === 'local' ? file.uri.toString() : file.fileId;
}

/** What the person has chosen so far. */
export type JobPlan = {
  readonly connection: Connection;
  readonly training: PlanFile | undefined;
  readonly validation: PlanFile | undefined;
  readonly draft: JobDraft;
  /** US dollars: a limit that the plan brings along, beside those of the settings. */
  readonly maxCost: number | undefined;
};

/** What a person has chosen in the end. */
export type FullPlan = JobPlan & { readonly training: PlanFile };
