/** The crash tests in short, without a test runner and up to the first failure, for `npm run test:mutation`. */
import { everyCall, workloads } from './faults.ts';
import { explore, failedWrites } from './powerLoss.ts';

await explore({ length: 0 });
await explore({ length: 1 });
await explore({ length: 2, share: 6 });
await everyCall(workloads.length - 1, 'once');
await failedWrites();
await explore({ length: 1, depth: 1 });
