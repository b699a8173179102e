import { printable } from '../mistake/printable.ts';
import { createDrain, type Drain } from '../gate/drain.ts';
import { createMetrics } from '../gate/telemetry/metrics.ts';
import { type GateOptions, startGate } from '../gate/gate.ts';
import { createLog, type Log, MAX_LOGGED_MESSAGE } from '../gate/telemetry/log.ts';
import { type Environment, type LoadedSettings, loadSettings, type Settings } from '../gate/settings.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
import { prepare, type Prepared } from './prepare.ts';
import { mistakesBlock } from './mistakes-block.ts';
import { createConfigMapJudge } from '../config-map/judge.ts';
import { createLoader, type LoaderOptions } from './create-loader.ts';
import { rulesOf, startLiveRules } from './live-rules.ts';

export interface ServeOptions {
  readonly env: Environment;
  /** Whether stdout is a terminal. */
  readonly terminal: boolean;
  /** Writes to the standard error. */
  readonly writeError: (text: string) => void;
}

/** `imagegate serve`: runs the gate until a signal. Resolves with the exit code once the log is flushed. */
export async function serve({ env, terminal, writeError }: ServeOptions): Promise<0 | 1> {
  const loaded = loadSettings(env, terminal);
  const { settings } = loaded;
  const log = createLog(settings);
  const drain = createDrain({
    seconds: settings.drainSeconds,
    onBegin: () => log.logger.info('Shutdown requested; draining.'),
  });
  const events = listenToProcess(drain.begin);
  try {
    await Promise.race([run(env, loaded, log, drain), events.crashed]);
    return 0;
  } catch (error) {
    reportFailure(error, log, settings, writeError);
    return 1;
  } finally {
    // One signal more must not lose what the log has not written yet.
    await log.flush();
    events.stop();
  }
}

async function run(env: Environment, loaded: LoadedSettings, log: Log, drain: Drain): Promise<void> {
  const { logger } = log;
  const metrics = createMetrics();
  const { policyDir, rulesDir } = loaded.settings;
  const sources: LoaderOptions = {
    environment: env,
    policyDir,
    rulesDir,
    watch: {
      print: (rule, level, text) =>
        logger[level]({ rule, text: printable(text, MAX_LOGGED_MESSAGE) }, 'Custom rule output'),
    },
  };
  const loader = await createLoader({ ...sources, watch: { ...sources.watch, ...metrics.customRules } });
  const watched = [...new Set([policyDir, rulesDir])].filter((folder) => folder !== undefined);
  const startRulesets = async () => startLiveRules({ loader, folders: watched, log: logger, metrics });
  const prepared = await prepare(loaded, startRulesets);
  try {
    // A signal during the start: there is nothing to drain.
    if (drain.draining()) return;
    await answer({
      ...prepared,
      judgePolicy: createConfigMapJudge(await createLoader(sources)),
      metrics,
      log,
      drain,
    });
  } finally {
    prepared.rulesets.stop();
  }
  logger.info('ImageGate stopped.');
}

interface Answering extends Prepared, Pick<GateOptions, 'judgePolicy' | 'metrics'> {
  readonly log: Log;
  readonly drain: Drain;
}

/** Serves until the drain is over, then closes the gate. */
async function answer({ log, drain, ...prepared }: Answering): Promise<void> {
  const { logger } = log;
  const gate = await startGate({ ...prepared, log: logger, draining: drain.draining });
  logger.info({ port: gate.port, opsPort: gate.opsPort, ...rulesOf(prepared.rulesets.current()) }, 'Listening.');
  logger.info('ImageGate is ready!');
  await log.flush();
  await drain.over;
  await gate.close(drain.hurry);
}

/** Reports why the gate failed: as text on stderr, and as a log line if the log is JSON. */
function reportFailure(
  error: unknown,
  { logger }: Log,
  { logFormat }: Pick<Settings, 'logFormat'>,
  writeError: (text: string) => void,
): void {
  if (error instanceof MistakesError) {
    writeError(mistakesBlock(error.mistakes));
    if (logFormat === 'json') logger.fatal({ mistakes: error.mistakes.map(mistakeText) }, 'ImageGate did not start.');
    return;
  }
  const stack = error instanceof Error ? error.stack : undefined;
  writeError(`ImageGate failed: ${stack ?? messageOf(error)}\n`);
  if (logFormat === 'json')
    logger.fatal({ stack }, `ImageGate failed: ${printable(messageOf(error), MAX_LOGGED_MESSAGE)}`);
}

interface ProcessEvents {
  /** Rejects with an uncaught exception. */
  readonly crashed: Promise<never>;
  /** Removes the listeners. */
  stop(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Listens for signals and crashes. Node reports an unhandled rejection as an uncaught exception, too.
 *
 * @param onSignal called for each SIGTERM and SIGINT
 */
function listenToProcess(onSignal: () => void): ProcessEvents {
  let crash: (error: unknown) => void;
  const crashed = new Promise<never>((_resolve, reject) => {
    crash = reject;
  });
  // If the start fails first, nothing awaits this promise.
  crashed.catch(() => {});
  const onCrash = (error: unknown): void => crash(error);
  process.on('uncaughtException', onCrash);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    crashed,
    stop: () => {
      process.off('uncaughtException', onCrash);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
