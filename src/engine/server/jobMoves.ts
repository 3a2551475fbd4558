import type { Change, StoredJob } from '../store/changes.ts';
import { isActive } from '../store/state.ts';
import { ApiError } from './apiError.ts';
import { jobEvent } from './jobRecord.ts';

/**
 * What a request, or the end of an earlier engine, does to a job in each status. Every move is decided on the present
 * state and journaled as a whole.
 */

/** @throws ApiError 400 if it has ended before */
export function cancelMove(job: StoredJob, now: number): readonly Change[] {
  refuseEnded(job, 'cancelled');
  return [
    { kind: 'jobChanged', id: job.wire.id, wire: { status: 'cancelled', finished_at: now } },
    jobEvent(job, now, 'warn', 'Fine tuning process stopping due to job cancellation'),
  ];
}

/**
 * A job that is trained is `pausing` until its weights are saved; one that waits is `paused` at once. Asking again
 * changes nothing.
 * @throws ApiError 400 if it has ended before
 */
export function pauseMove(job: StoredJob, now: number): readonly Change[] {
  refuseEnded(job, 'paused');
  switch (job.wire.status) {
    case 'pausing':
    case 'paused':
      return [];
    case 'running':
      return [
        { kind: 'jobChanged', id: job.wire.id, wire: { status: 'pausing' } },
        jobEvent(job, now, 'info', 'Pausing fine-tuning job'),
      ];
    default:
      return pausedMove(job, now);
  }
}

/** The job stands still, after the step it has saved. */
export function pausedMove(job: StoredJob, now: number): readonly Change[] {
  const where = job.saved === null ? '' : ` after step ${job.saved.step}`;
  return [
    { kind: 'jobChanged', id: job.wire.id, wire: { status: 'paused' } },
    jobEvent(job, now, 'info', `Fine-tuning job paused${where}`),
  ];
}

/**
 * Back to the queue, also while it is still on its way to a pause. A job whose files were not yet checked goes back
 * to that.
 * @throws ApiError 400 if it is not paused
 */
export function resumeMove(job: StoredJob, now: number): readonly Change[] {
  const { status } = job.wire;
  if (status !== 'paused' && status !== 'pausing') {
    throw new ApiError(400, `The job has the status '${status}' and cannot be resumed: only a paused job can.`, {
      code: 'job_not_paused',
    });
  }
  const next = job.validated ? 'queued' : 'validating_files';
  return [
    { kind: 'jobChanged', id: job.wire.id, wire: { status: next } },
    jobEvent(job, now, 'info', `Resuming fine-tuning job, moving job to ${next} state`),
  ];
}

/** Takes up a job that an earlier process left: nothing trains it, whatever its status says. */
export function takeUpMove(job: StoredJob, now: number): readonly Change[] {
  switch (job.wire.status) {
    case 'pausing':
      return pausedMove(job, now);
    case 'running': {
      const from =
        job.saved === null
          ? 'nothing was saved yet, so training begins again from the start'
          : `training resumes at step ${job.saved.step}`;
      return [
        { kind: 'jobChanged', id: job.wire.id, wire: { status: 'queued' } },
        jobEvent(job, now, 'warn', `The engine ended while this job was running; ${from}`),
      ];
    }
    default:
      return [];
  }
}

function refuseEnded(job: StoredJob, verb: 'cancelled' | 'paused'): void {
  if (!isActive(job)) {
    throw new ApiError(400, `The job has already ended with status '${job.wire.status}' and cannot be ${verb}.`, {
      code: 'job_already_ended',
    });
  }
}
