import { printable } from '../mistake/printable.ts';
import { createDrain, type Drain } from '../gate/drain.ts';
import { createMetrics } from '../gate/telemetry/metrics.ts';
import { type GateOptions, startGate } from '../gate/gate.ts';
import { createLog, type Log, MAX_LOGGED_MESSAGE } from '../gate/telemetry/log.ts';
import { type Environment, loadSettings, type Settings } from '../gate/settings.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
import { CollectedMistakes, prepare, type Prepared, type SecretPlaces } from './prepare.ts';
import { mistakesBlock } from './mistakes-block.ts';
import { createConfigMapJudge } from '../config-map/judge.ts';
import { createLoader, type LoaderOptions } from './create-loader.ts';
import { rulesOf, startLiveRules } from './live-rules.ts';

export interface ServeOptions {
  readonly env: Environment;
  /** Whether the log goes to a person's terminal. */
  readonly terminal: boolean;
  /** Writes to the standard error. */
  readonly writeError: (text: string) => void;
}

type LogSettings = Pick<Settings, 'logLevel' | 'logFormat'>;

/** `imagegate serve`: runs the gate until it is told to end. Resolves with the exit code; the log is written by then. */
export async function serve({ env, terminal, writeError }: ServeOptions): Promise<0 | 1> {
  const collected = new CollectedMistakes();
  const settings = await collected.from(() => loadSettings(env, terminal));
  const logSettings = settings ?? fallbackLogSettings(env, terminal);
  const log = createLog(logSettings);
  const drain = createDrain({
    seconds: settings?.drainSeconds ?? 0,
    onBegin: () => log.logger.info('Shutdown requested; draining.'),
  });
  const events = listenToProcess(drain.begin);
  try {
    await Promise.race([run(env, settings, collected, log, drain), events.crashed]);
    return 0;
  } catch (error) {
    tellWhy(error, log, logSettings, writeError);
    return 1;
  } finally {
    events.stop();
    await log.flush();
  }
}

async function run(
  env: Environment,
  maybeSettings: Settings | undefined,
  collected: CollectedMistakes,
  log: Log,
  drain: Drain,
): Promise<void> {
  const { logger } = log;
  const metrics = createMetrics();
  const { certsDir, serverName, policyDir, rulesDir, client } = maybeSettings ?? placesIn(env);
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
  const secretPlaces = { dir: certsDir, serverName, client };
  const prepared = await prepare(maybeSettings, secretPlaces, startRulesets, collected);
  try {
    // Told to end before it began: nobody has to be waited for.
    if (drain.draining()) return;
    await answer({
      ...prepared,
      judgePolicy: createConfigMapJudge(await createLoader(sources)),
      metrics,
      log,
      drain,
    });
  } finally {
    await prepared.rulesets.stop();
  }
  logger.info('ImageGate stopped.');
}

interface Answering extends Prepared, Pick<GateOptions, 'judgePolicy' | 'metrics'> {
  readonly log: Log;
  readonly drain: Drain;
}

/** Listens and answers until it is told to end, and then until all are answered. */
async function answer({ log, drain, ...prepared }: Answering): Promise<void> {
  const { logger } = log;
  const gate = await startGate({ ...prepared, log: logger, draining: drain.draining });
  logger.info({ port: gate.port, opsPort: gate.opsPort, ...rulesOf(prepared.rulesets.current()) }, 'Listening.');
  logger.info('ImageGate is ready!');
  await log.flush();
  await drain.over;
  await gate.close(drain.hurry);
}

/** Where to look although other settings are wrong; which name the certificate must have may be one of them. */
function placesIn(env: Environment): Omit<SecretPlaces, 'dir'> & Pick<Settings, 'certsDir' | 'rulesDir' | 'policyDir'> {
  return {
    certsDir: env['CERTS_DIR'] || 'certs',
    serverName: undefined,
    rulesDir: env['RULES_DIR'] || undefined,
    policyDir: env['POLICY_DIR'] || undefined,
    client: { caFile: env['CLIENT_CA_FILE'] || undefined, tokenFile: env['CLIENT_TOKEN_FILE'] || undefined },
  };
}

/** The settings of the log where the settings as a whole are not to be had: as close to what was meant as is known. */
function fallbackLogSettings(env: Environment, terminal: boolean): LogSettings {
  const format = env['LOG_FORMAT'] ?? (terminal ? 'text' : 'json');
  return { logLevel: 'info', logFormat: format === 'json' ? 'json' : 'text' };
}

/** Says why there is no gate (any more): for a person always, and for those who collect logs in their form. */
function tellWhy(
  error: unknown,
  { logger }: Log,
  { logFormat }: LogSettings,
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

/** What the system and Node tell a process. */
interface ProcessEvents {
  /** Rejects with what nobody caught. */
  readonly crashed: Promise<never>;
  /** Listens no more. */
  stop(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Listens to the process. Node passes a promise that was rejected and never handled on as an uncaught exception too.
 *
 * @param onSignal called for each signal to end
 */
function listenToProcess(onSignal: () => void): ProcessEvents {
  let crash: (error: unknown) => void;
  const crashed = new Promise<never>((_resolve, reject) => {
    crash = reject;
  });
  // If the start fails first, nobody waits for this any more.
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
