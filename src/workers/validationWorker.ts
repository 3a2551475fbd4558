import { parentPort } from 'node:worker_threads';
import { connect } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import type { ValidationApi, ValidationOwnerApi } from '../protocol/validation.ts';
import { validation } from './validation.ts';

/** Worker thread: carries out the parts of a validation that it is asked for. */
if (parentPort !== null) connect<ValidationOwnerApi, ValidationApi>(threadPort(parentPort), validation);
