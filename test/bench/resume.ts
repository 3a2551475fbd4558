import { parseArgs } from 'node:util';
import { killAndResume } from '../support/resumeKills.ts';

/** `npm run test:resume -- --count 100 --seed 1 --threads 2`: ends with an error at the first byte that differs. */
const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, threads: { type: 'string' }, save: { type: 'string' } },
});
const number = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));
const report = await killAndResume({
  kills: number(values.count, 100),
  seed: number(values.seed, Date.now() % 1_000_000),
  threads: number(values.threads, 1),
  saveEveryMs: number(values.save, 50),
});
process.stdout.write(
  `${report.kills} kills (${report.inWriting} in the middle of writing) and ${report.stops} clean ends in ${report.jobs} job(s), resumed ${report.resumedAt.length} times, at steps ${report.resumedAt.join(' ')}: ` +
    'weights, result files and checkpoints are those of an unbroken run\n',
);
