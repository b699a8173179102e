import { Ajv } from 'ajv';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { parseReference } from '../image/reference.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import type { RequestContext } from '../engine/evaluate.ts';
import { cut } from './cut.ts';
import { deepFreeze } from '../engine/deep-freeze.ts';
import { freezeGlobals } from './freeze-globals.ts';
import { failedAtAll, judgeByRule, wordsOf, type PlacedImage } from './judge-by-rule.ts';
import { lineLimit } from './line-limit.ts';
import { loadCustomRule, type LoadedRule } from './load-custom-rule.ts';
import { ruleConsole } from './rule-console.ts';
import { ruleInStack } from './rule-in-stack.ts';
import { RuleTurns } from './rule-turns.ts';
import { registerSources } from './source-hooks.ts';
import { watchRejections } from './watch-rejections.ts';
import type { LogLevel, WorkerKnock, WorkerLoad, WorkerMessage, WorkerTask } from './worker-protocol.ts';

// The whole of a worker: a process that loads custom rules and asks them, so that nothing they do reaches the one that
// answers. It is started with an IPC channel, and ends with it.

const MIB = 2 ** 20;
/** What rules keep from one request to the next is theirs to lose: past this a worker is replaced between two tasks. */
const FULL_HEAP = 0.75;
const FULL_EXTERNAL = 96 * MIB;

const rules = new Map<string, LoadedRule>();
let files: readonly RuleFile[] = [];
const turns: RuleTurns = new RuleTurns(
  watchRejections((reason) =>
    stray('it left a promise that was rejected', 'A promise of a custom rule was rejected', reason),
  ),
);

// Taken before any rule is there. A channel that is closed has nobody left to tell.
const channelSend = process.send!.bind(process);
// What a rule says there would be taken for what this worker says.
Reflect.deleteProperty(process, 'send');
const send = (message: WorkerMessage): void => void channelSend(message, undefined, undefined, () => {});

const admit = lineLimit(20);

function log(level: LogLevel, message: string, text: string, name = turns.rule): void {
  const admitted = admit(performance.now());
  if (admitted === 'drop') return;
  const rule: Record<string, string> = name === undefined ? {} : { rule: name };
  const more = admitted === 'last' ? { more: 'Too many lines: the rest of this second is left out.' } : {};
  send({ kind: 'log', level, message, fields: { ...rule, text: cut(text), ...more } });
}

/** What nobody has caught must not end the worker: it is a failure of the rule whose turn it is, or comes too late. */
function stray(how: string, message: string, thrown: unknown): void {
  const words = wordsOf(thrown);
  const late = turns.fail(`${how}: ${words}`, ruleInStack(thrown, files));
  if (late !== false) log('error', message, words, late.rule);
}

async function load({ sources, settings, ...loaded }: WorkerLoad): Promise<void> {
  files = loaded.files;
  registerSources(sources);
  const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true });
  freezeGlobals();
  for (const file of files) {
    // One after the other, so that it is known which file is to blame if the worker ends here.
    // oxlint-disable-next-line no-await-in-loop
    const { result, failure } = await turns.take(file.name, async () =>
      loadCustomRule(file, { settings, sources }, ajv),
    );
    if (failure !== undefined) log('error', 'A custom rule failed after it was loaded', failure, file.name);
    if (result.loaded !== undefined) rules.set(file.name, result.loaded);
    send({ kind: 'file', report: result.report });
  }
  send({ kind: 'ready' });
}

function hear(asked: WorkerTask | WorkerKnock): void {
  if ('kind' in asked) send({ kind: 'alive' });
  else void judge(asked);
}

async function judge(task: WorkerTask): Promise<void> {
  send({ kind: 'begun' });
  const images = placedImages(task);
  for (const [index, name] of task.rules.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { result, failure } = await turns.take(name, () => judgeByRule(rules.get(name)!, task.selection, images));
    const judgements = failure === undefined ? result : failedAtAll(failure, images.length);
    const last = index === task.rules.length - 1;
    send({ kind: 'rule', judgements, last, full: last && isFull() });
  }
}

function placedImages({ images, request }: WorkerTask): readonly PlacedImage[] {
  // JSON leaves out what is undefined; a rule may ask whether it is there.
  const shared: RequestContext = deepFreeze({ ...request, namespace: request.namespace });
  return images.map(({ raw, container }) => ({
    reference: parseReference(raw),
    context: Object.freeze({ ...shared, container: deepFreeze(container) }),
  }));
}

function isFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit, external_memory: external } = getHeapStatistics();
  return used > limit * FULL_HEAP || external > FULL_EXTERNAL;
}

new Worker(new URL('./orphan-watch.js', import.meta.url), { workerData: Number(process.argv[2]) }).unref();

process.on('uncaughtException', (error) =>
  stray('it threw after it had returned', 'A custom rule threw after it had answered', error),
);
process.on('disconnect', () => process.exit());
globalThis.console = ruleConsole((level, text) => log(level, 'A custom rule printed', text));

process.once('message', (message) => {
  void load(message as WorkerLoad);
  process.on('message', (asked) => hear(asked as WorkerTask | WorkerKnock));
});
