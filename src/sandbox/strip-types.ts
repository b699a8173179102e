import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Source } from './strip-texts.ts';

/** The worker's code, inline, so that all logic is in `stripTexts`. */
const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads';
    import { stripTexts } from ${JSON.stringify(new URL('./strip-texts.js', import.meta.url))};
    stripTexts(workerData, (source) => parentPort.postMessage(source));`)}`,
);

interface Task {
  readonly folder: Map<string, Source>;
  readonly name: string;
  readonly text: string;
}

/**
 * Replaces the types of TypeScript files by blanks, in place, so that lines and columns stay. In a worker, since loading
 * the transformer takes a while, and a text nested too deeply crashes it for good.
 *
 * @param script the worker's code; tests have others
 */
export async function stripTypes(folders: readonly Map<string, Source>[], script = SCRIPT): Promise<void> {
  let tasks = folders.flatMap(tasksIn);
  while (tasks.length > 0) {
    const worker = new Worker(script, { workerData: tasks.map(({ text }) => text) });
    // oxlint-disable-next-line no-await-in-loop -- a new worker continues after one that crashed
    const answers = await answersOf(worker);
    for (const [index, source] of answers.entries()) tasks[index]!.folder.set(tasks[index]!.name, source);
    tasks = tasks.slice(answers.length);
  }
}

function tasksIn(folder: Map<string, Source>): Task[] {
  return [...folder].flatMap(([name, source]) =>
    /^\.m?ts$/.test(extname(name)) && 'text' in source ? [{ folder, name, text: source.text }] : [],
  );
}

/** Never empty: a text that crashed the worker is answered with a problem. */
async function answersOf(worker: Worker): Promise<readonly Source[]> {
  const answers: Source[] = [];
  worker.on('message', (source: Source) => answers.push(source));
  try {
    await once(worker, 'exit');
  } catch {
    // See below.
  }
  return answers.length > 0 ? answers : [{ problem: { message: 'its types cannot be taken out' } }];
}
