import { posix } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { estimateCost } from '../../core/cost/estimate.ts';
import { bySize } from '../../core/cost/fileTokens.ts';
import { trainingPriceOf } from '../../core/cost/price.ts';
import { costBasisText, costText } from '../../messages/cost.ts';
import type { Connection } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { appendWords } from '../../platform/plainWords.ts';
import type { ToolServices } from './index.ts';
import { readWorkspaceFile, type Tool } from './tool.ts';

const { t } = vscode.l10n;

/** The editor gives up on a tool that takes 3 s to say what it would do. */
const countPatienceMs = 2_000;

/**
 * Begins the creation of a job. The editor asks before it runs, with the price; since a person may have allowed that
 * once and for all, the creation itself asks again where money is spent, and nothing is sent without its last step.
 */
export function createJobTool({ connections, jobStore, jobOrigins, datasets }: ToolServices): Tool {
  return {
    name: 'tunesmith_create_job',
    prepare: async (input) => {
      const { current } = connections;
      const training = readWorkspaceFile(input, 'trainingFile');
      const name = training === undefined ? t('no file') : posix.basename(training.path);
      const message = new vscode.MarkdownString();
      appendWords(message, t('Training file: {0}', name));
      message.appendMarkdown('\n\n');
      appendWords(message, training === undefined ? '' : await priceText(current, training, datasets));
      message.appendMarkdown('\n\n');
      appendWords(message, t('You choose the settings and confirm once more before anything is uploaded.'));
      return {
        invocationMessage: t('Creating a fine-tuning job from {0}', name),
        confirmationMessages: { title: t('Create a fine-tuning job on {0}?', current.label), message },
      };
    },
    run: async (input, token) => {
      const training = readWorkspaceFile(input, 'trainingFile');
      if (training === undefined) throw new Error('Name the training file by its path in the open folder.');
      const validation = readWorkspaceFile(input, 'validationFile');
      const { current } = connections;
      const before = new Set(jobStore.list(current.id).map(({ job }) => job.id));
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      await vscode.commands.executeCommand(commandIds.jobsCreate, training, validation);
      const made = jobStore
        .list(current.id)
        .filter(({ job }) => !before.has(job.id))
        .find(({ job }) => jobOrigins.get({ connectionId: current.id, jobId: job.id })?.trainingFile === training.toString());
      if (made === undefined) return { created: false, note: 'The person did not create the job, or it could not be created; the editor has told them why.' };
      return { created: true, job: made.job.id, connection: current.id, status: made.job.status };
    },
  };
}

/** The price with its basis, from the size of the file: counting its tokens can take longer than there is time. */
async function priceText({ profile }: Connection, training: vscode.Uri, datasets: Datasets): Promise<string> {
  const { language } = vscode.env;
  const model = profile.baseModels[0]?.id ?? '';
  const bytes = await vscode.workspace.fs.stat(training).then(({ size }) => size, () => 0);
  const cost = estimateCost({
    ...{ profile, model, method: 'supervised', epochs: 'auto', validation: undefined },
    training: bySize(await countExamples(training, datasets), bytes),
    price: trainingPriceOf(profile, model),
  });
  return [model, costText(cost, language), costBasisText(cost, language)].filter((text) => text !== '').join(' · ');
}

/** What `auto` makes of the epochs depends on the number of examples; an unknown one gives the usual number. */
async function countExamples(training: vscode.Uri, datasets: Datasets): Promise<number> {
  try {
    return (await datasets.problems(training, AbortSignal.timeout(countPatienceMs))).examples;
  } catch {
    return 0;
  }
}
