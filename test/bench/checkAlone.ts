/**
 * Checks one file with the worker that the extension uses, in a process that holds nothing else, and prints the most
 * resident memory in bytes and the processor time in milliseconds.
 */
import { Worker } from 'node:worker_threads';
import { defaultRuleset } from '../../src/core/dataset/ruleset.ts';
import { checkerLimits, type DatasetOwnerApi, type DatasetWorkerApi } from '../../src/protocol/datasetCheck.ts';
import { connect } from '../../src/protocol/rpc.ts';

const [program = '', path = ''] = process.argv.slice(2);
const worker = new Worker(program, { resourceLimits: checkerLimits });
const remote = connect<DatasetWorkerApi, DatasetOwnerApi>(
  {
    post: (message) => worker.postMessage(message),
    listen: (listener) => {
      worker.on('message', listener);
      return { dispose: () => void worker.off('message', listener) };
    },
  },
  { progress: () => undefined, next: () => null },
);
const check = { checkId: '1', source: { path }, limit: 1001, ruleset: defaultRuleset, file: {}, allow: undefined };
const outcome = await remote.call('check', check, new AbortController().signal);
const { user, system } = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
if (outcome.kind !== 'checked') throw new Error(JSON.stringify(outcome));
process.stdout.write(JSON.stringify({ examples: outcome.result.examples, bytes: maxRSS * 1024, milliseconds: (user + system) / 1000 }));
process.exit();
