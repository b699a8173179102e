import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Source } from './strip-texts.ts';

/** What runs in the thread: a text, so that all there is to test is `stripTexts`. */
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
 * Takes the types out of what is TypeScript, in its place: where they were there are blanks, so that lines and columns
 * stay. In a thread, since it takes a while to be ready, and since a text that is nested too deeply ends it for good.
 *
 * @param script what runs in the thread; tests have others
 */
export async function stripTypes(folders: readonly Map<string, Source>[], script = SCRIPT): Promise<void> {
  let tasks = folders.flatMap(tasksIn);
  while (tasks.length > 0) {
    const worker = new Worker(script, { workerData: tasks.map(({ text }) => text) });
    // oxlint-disable-next-line no-await-in-loop -- another one goes on where one is over
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

/** At least one, since a text that ended it is one that is told. */
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
