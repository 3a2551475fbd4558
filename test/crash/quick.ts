/** The crash tests in short, without a test runner and up to the first failure, for `npm run test:mutation`. */
import { everyCall, workloads } from './faults.ts';
import { explore, failedWrites } from './powerLoss.ts';

await explore(0, 1, 0);
await explore(1, 1, 0);
await explore(2, 6, 0);
await everyCall(workloads.length - 1, 'once');
await failedWrites(10);
await explore(1, 1, 1);
