import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import type { GeneratorHost } from './generatorHost.ts';
import type { StartThread } from './thread.ts';

/**
 * What answering chats may take of one core while a job trains. A step of training waits for the slowest of its
 * threads, so what one core gives away is lost on all of them: training keeps at least the rest of its speed even
 * where all of it is taken from a core that trains.
 */
const shareOfChats = 0.3;
/** What is left for computing answers if handing them out should need all of it. */
const leastShare = 0.05;
const watchMs = 250;

/** What remains of the share for the generator, where this thread, which hands out the answers, used `busy` of a core. */
export function shareOfGenerator(busy: number): number {
  return Math.max(leastShare, Math.round((shareOfChats - busy) * 100) / 100);
}

/** Starts trainers; while one of them lives, all chats together have only their share. */
export function sharedWithChats(
  start: StartThread<TrainerCommand, TrainerEvent>,
  generator: Pick<GeneratorHost, 'setShare'>,
): StartThread<TrainerCommand, TrainerEvent> {
  let living = 0;
  let watch: NodeJS.Timeout | undefined;
  const begin = (): void => {
    let last = performance.eventLoopUtilization();
    generator.setShare(shareOfGenerator(0));
    watch = setInterval(() => {
      const now = performance.eventLoopUtilization();
      generator.setShare(shareOfGenerator(performance.eventLoopUtilization(now, last).utilization));
      last = now;
    }, watchMs).unref();
  };
  return () => {
    const thread = start();
    let lives = true;
    living += 1;
    if (living === 1) {
      begin();
    }
    const end = (): void => {
      living -= lives ? 1 : 0;
      lives = false;
      if (living === 0) {
        clearInterval(watch);
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
