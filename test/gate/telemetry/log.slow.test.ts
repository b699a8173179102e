import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createLog, type Log, type LogOptions, textLine } from '../../../src/gate/telemetry/log.ts';
import { until } from '../../until.ts';

describe('createLog', () => {
  let folder: string;
  let file: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imagegate-'));
    file = join(folder, 'log');
    fd = openSync(file, 'w');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const written = (): string => readFileSync(file, 'utf8');
  const logTo = (options: Omit<LogOptions, 'fd'>): Log => createLog({ ...options, fd });

  it('writes JSON, a line each, when it is flushed', async () => {
    const { logger, flush } = logTo({ logLevel: 'info', logFormat: 'json' });
    logger.info({ port: 3000 }, 'hello');
    logger.debug('not this');
    expect(written()).to.equal('');
    await flush();
    const line = JSON.parse(written()) as Record<string, string>;
    expect(Object.keys(line)).to.deep.equal(['level', 'time', 'port', 'msg']);
    expect(line).to.deep.include({ level: 'info', port: 3000, msg: 'hello' });
    expect(new Date(line['time']!).toISOString()).to.equal(line['time']);
    // With nothing to write, it comes back too.
    await flush();
  });

  it('writes without being told, in time or in bulk', async () => {
    const { logger, flush } = logTo({ logLevel: 'info', logFormat: 'json' });
    logger.info('alone');
    await until(() => written().includes('alone'), 'a lone line');
    for (let line = 0; line < 1000; line += 1) logger.info('in bulk');
    expect(await until(() => written().includes('in bulk'), 'the bulk')).to.equal(true);
    await flush();
  });

  it('loses nothing, however much is waiting', async () => {
    const { logger, flush } = logTo({ logLevel: 'info', logFormat: 'json' });
    for (let line = 0; line < 20_000; line += 1) logger.info({ line }, 'é');
    await flush();
    const lines = written().trimEnd().split('\n');
    expect(lines).to.have.lengthOf(20_000);
    expect(lines.every((line, index) => (JSON.parse(line) as { line: number }).line === index)).to.equal(true);
  });

  for (const logFormat of ['json', 'text'] as const) {
    // In a process of its own: what cannot be written stays with the destination, and keeps a process alive.
    it(`goes on when nothing can be written (${logFormat})`, async () => {
      const script = `
        import { openSync } from 'node:fs';
        import { createLog } from '${new URL('../../../src/gate/telemetry/log.js', import.meta.url).href}';
        const fd = openSync(process.argv[1], 'r');
        const { logger, flush } = createLog({ logLevel: 'info', logFormat: '${logFormat}', fd });
        for (const text of ['one', 'two']) {
          logger.info(text);
          await flush();
        }
        process.stdout.write('done', () => process.exit(0));`;
      const args = ['--input-type=module', '--eval', script, file];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
      expect(stdout).to.equal('done');
      expect(written()).to.equal('');
    });
  }

  it('writes text at once', () => {
    const { logger } = logTo({ logLevel: 'warn', logFormat: 'text' });
    logger.info('not this');
    logger.warn({ days: 3 }, 'The certificate ends.');
    expect(written()).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z: warn: The certificate ends\. days=3\n$/);
  });

  it('writes nothing when silent', async () => {
    const { logger, flush } = logTo({ logLevel: 'silent', logFormat: 'json' });
    logger.fatal('nothing');
    await flush();
    expect(written()).to.equal('');
  });
});

describe('textLine', () => {
  const time = '2026-11-23T06:40:24.123Z';
  for (const [entry, line] of [
    [{ level: 'info', time, msg: 'ImageGate is ready!' }, `${time}: ImageGate is ready!\n`],
    [{ level: 'error', time, msg: 'It broke.' }, `${time}: error: It broke.\n`],
    [{ level: 'info', time, port: 3000 }, `${time}: port=3000\n`],
    [
      {
        level: 'info',
        time,
        verdict: 'denied',
        rules: ['empty-tag', 'x'],
        name: 'a b',
        dryRun: true,
        ms: 0.25,
        msg: 'review',
      },
      `${time}: review verdict=denied rules=empty-tag,x name="a b" dryRun=true ms=0.25\n`,
    ],
    [
      { level: 'info', time, a: '', b: 'x="y"', c: ['a b'], d: { e: 1 }, msg: 'odd' },
      `${time}: odd a="" b="x=\\"y\\"" c=["a b"] d={"e":1}\n`,
    ],
  ] as const) {
    it(line.trimEnd(), () => {
      expect(textLine(JSON.stringify(entry))).to.equal(line);
    });
  }
});
