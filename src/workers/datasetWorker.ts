import { parentPort } from 'node:worker_threads';
import { checkBytes } from '../core/dataset/checkBytes.ts';
import { LeakProbe } from '../core/dataset/corpus/leakProbe.ts';
import { readCorpus } from '../core/dataset/corpus/readCorpus.ts';
import { AllowList } from '../core/dataset/safety/allowList.ts';
import type { DatasetOwnerApi, DatasetWorkerApi } from '../protocol/datasetCheck.ts';
import { connect } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import { checkFile, inHundredths } from './checkFile.ts';
import { readTrainingFile } from './readTrainingFile.ts';
import { TrainingTexts } from './trainingTexts.ts';

/** Worker thread: checks files beside the extension host, since one long line alone would stop it for seconds. */
if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  const trainings = new TrainingTexts();
  const owner = connect<DatasetOwnerApi, DatasetWorkerApi>(
    threadPort(port),
    {
      async check({ checkId, source, limit, ruleset, file, allow, against }, signal) {
        const reference = against && trainings.get(against.trainingId)?.reference;
        const compare = reference ? { reference, file: against.file } : {};
        const options = { limit, ruleset, file, compare, allow: allow === undefined ? undefined : new AllowList(allow) };
        const onShare = (share: number): void => owner.tell('progress', { checkId, share });
        if ('path' in source) {
          return await checkFile(source.path, { ...options, signal, onShare });
        }
        const onBytes = inHundredths(source.size, onShare);
        return { kind: 'checked', result: await checkBytes(pieces(checkId, signal), { ...options, onBytes }) };
      },
      async readTraining({ checkId, trainingId, source }, signal) {
        const read =
          'path' in source
            ? await readTrainingFile(source.path, signal)
            : ({ kind: 'read', corpus: await readCorpus(pieces(checkId, signal)) } as const);
        if (read.kind === 'failed') return read;
        trainings.keep(trainingId, new LeakProbe(read.corpus));
        return { kind: 'read' };
      },
      findLeaks({ trainingId, lines }) {
        const training = trainings.get(trainingId);
        return training ? lines.map((line) => training.find(line)) : 'unread';
      },
    },
  );

  async function* pieces(checkId: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    for (;;) {
      const piece = await owner.call('next', { checkId }, signal);
      if (piece === null) return;
      yield piece;
    }
  }
}
