import { spawn } from 'node:child_process';

/** Compiles a module, and runs nothing of it. `node --check` would take types for mistakes. */
const COMPILE = `
const { readFileSync } = require('node:fs');
const { stripTypeScriptTypes } = require('node:module');
const { SourceTextModule } = require('node:vm');
const [identifier, language] = ['[source]', process.argv[1]];
const text = readFileSync(0, 'utf8');
new SourceTextModule(language === 'ts' ? stripTypeScriptTypes(text, { sourceUrl: identifier }) : text, { identifier });
`;

/**
 * The line at which the syntax of a module breaks, as Node tells it of its main module: an import only tells that it
 * does. `undefined` if it is not told, or not in time.
 */
export async function syntaxLine(
  source: string,
  language: 'js' | 'ts',
  timeoutMs: number,
): Promise<number | undefined> {
  const child = spawn(process.execPath, ['--experimental-vm-modules', '--no-warnings', '-e', COMPILE, language], {
    env: {},
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  await new Promise((resolve) => {
    child.on('close', resolve).on('error', resolve);
    // It may be gone before it has read everything.
    child.stdin.on('error', resolve).end(source);
  });
  const [, line] = /^\[source\]:(\d+)$/m.exec(told) ?? [];
  return line === undefined ? undefined : Number(line);
}
