import { spawn } from 'node:child_process';

/**
 * The line at which the syntax of a module breaks, as `node --check` tells it: an import only tells that it does.
 * `undefined` if it is not told, or not within 2 s.
 */
export async function syntaxLine(
  source: string,
  inputType: 'module' | 'module-typescript',
): Promise<number | undefined> {
  const child = spawn(process.execPath, [`--input-type=${inputType}`, '--check', '-'], {
    env: {},
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: 2000,
    killSignal: 'SIGKILL',
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  await new Promise((resolve) => {
    child.on('close', resolve).on('error', resolve);
    // It may be gone before it has read everything.
    child.stdin.on('error', resolve).end(source);
  });
  const [, line] = /^\[stdin\]:(\d+)$/m.exec(told) ?? [];
  return line === undefined ? undefined : Number(line);
}
