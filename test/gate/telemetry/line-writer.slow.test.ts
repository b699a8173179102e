import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { LineWriter } from '../../../src/gate/telemetry/line-writer.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

describe('LineWriter', () => {
  const folder = temporaryFolder();
  let fd: number;
  afterEach(() => closeSync(fd));

  it('keeps the order, of lines longer than a batch too', async () => {
    const file = join(folder.path, 'log');
    fd = openSync(file, 'w');
    const writer = new LineWriter(fd);
    const lines = ['first\n', `${'é€'.repeat(20_000)}\n`, 'second\n', `${'x'.repeat(9000)}\n`, 'last\n'];
    for (const line of lines) writer.write(line);
    await writer.flush();
    expect(readFileSync(file, 'utf8')).to.equal(lines.join(''));
  });

  it('waits for a pipe that is full, and loses nothing', async () => {
    fd = openPipe(join(folder.path, 'pipe'));
    const writer = new LineWriter(fd);
    const line = `${'0123456789'.repeat(10)}\n`;
    for (let written = 0; written < 10_000; written += 1) writer.write(line);
    expect((await readUntil(fd, writer.flush())) === line.repeat(10_000)).to.equal(true);
  });

  it('drops what is too much for a reader that stalls, and goes on when it reads again', async () => {
    fd = openPipe(join(folder.path, 'stalled'));
    const writer = new LineWriter(fd);
    const line = `${'x'.repeat(1023)}\n`;
    for (let written = 0; written < 20_000; written += 1) writer.write(line);
    const { length } = await readUntil(fd, writer.flush());
    expect(length).to.be.within(7 * 1024 * 1024, 9 * 1024 * 1024);
    writer.write('alive\n');
    await writer.flush();
    expect(readNow(fd)).to.equal('alive\n');
  });
});

/** Both ends of a new pipe. */
function openPipe(path: string): number {
  execFileSync('mkfifo', [path]);
  return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
}

/** What comes through the pipe until everything is written. */
async function readUntil(fd: number, written: Promise<void>): Promise<string> {
  const over = written.then(() => true);
  let text = '';
  // oxlint-disable-next-line no-await-in-loop -- the writer's turn
  while (!(await Promise.race([over, setImmediate(false)]))) text += readNow(fd);
  return text + readNow(fd);
}

/** What the pipe holds now. */
function readNow(fd: number): string {
  const chunk = Buffer.alloc(65_536);
  try {
    return chunk.toString('utf8', 0, readSync(fd, chunk));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}
