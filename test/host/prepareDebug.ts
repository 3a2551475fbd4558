import { join } from 'node:path';
import { bundleSuite } from './bundleSuite.ts';
import { repository, say } from './install.ts';
import { copySample } from './sample.ts';

/** Before F5: a copy of the sample project to play with, and the bundled integration tests. */
await Promise.all([copySample(join(repository, 'out/debug/sample')), bundleSuite()]);
say('Ready: out/debug/sample, out/test/integration.js');
