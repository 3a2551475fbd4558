import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import type { GeneratorHost } from './generatorHost.ts';
import type { StartThread } from './thread.ts';

/**
 * The part of its time that the generator's one thread computes while a job trains. A step of training waits for the
 * slowest of its threads, so what one core gives away is lost on all of them: where every core trains, chats that
 * compute half the time on one of them, against a trainer of equal right, cost at most a quarter of the training.
 */
const shareWhileTraining = 0.5;

/** Starts trainers; while one of them lives, all chats together have only their share. */
export function sharedWithChats(
  start: StartThread<TrainerCommand, TrainerEvent>,
  generator: GeneratorHost,
): StartThread<TrainerCommand, TrainerEvent> {
  let living = 0;
  return () => {
    const thread = start();
    let lives = true;
    living += 1;
    generator.setShare(shareWhileTraining);
    const end = (): void => {
      living -= lives ? 1 : 0;
      lives = false;
      if (living === 0) {
        generator.setShare(1);
      }
    };
    return {
      post: (command) => thread.post(command),
      onEvent: (listener) => thread.onEvent(listener),
      onEnd: (listener) => {
        thread.onEnd((reason) => {
          end();
          listener(reason);
        });
      },
      terminate: async () => {
        end();
        await thread.terminate();
      },
    };
  };
}
