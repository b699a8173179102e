import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

/** What one `go build` makes, and of what. */
export interface GoProgram {
  /** The folder of the go.mod, absolute. */
  readonly module: string;
  /** The import path, or `.` for the module's own folder. */
  readonly package: string;
  /** The file to write, absolute. Go leaves it alone if it is up to date. */
  readonly output: string;
  /** What to hand to the linker (`-ldflags`). */
  readonly linkerFlags?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `go build` is told whatever the program: nothing of this machine's paths and no commit in the binary, and the
 * go.sum as committed. These stand on the command line, where they win over a developer's GOFLAGS.
 */
export const goBuildFlags: readonly string[] = ['-trimpath', '-buildvcs=false', '-mod=readonly'];

/**
 * What differs from the developer's environment: no C compiler needed, no go.work above the project, and never
 * another Go than the one that `goVersion` reports.
 */
const goEnvironment: Environment = { CGO_ENABLED: '0', GOWORK: 'off', GOTOOLCHAIN: 'local' };

/**
 * The version of the Go on the PATH as `[major, minor]`, or undefined if there is none.
 * @throws Error if there is one that does not answer.
 */
export async function goVersion(environment: Environment = process.env): Promise<[number, number] | undefined> {
  // In a folder without a go.mod: in one with it, Go may answer with the version that the go.mod asks for.
  const answer = await runGo(['env', 'GOVERSION'], tmpdir(), environment);
  if (answer === undefined) return undefined;
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(answer) ?? [];
  if (major === undefined || minor === undefined)
    throw new Error(`go env GOVERSION answers ${JSON.stringify(answer)}.`);
  return [Number(major), Number(minor)];
}

/**
 * Builds one program. Go itself prints to stderr what it downloads.
 * @throws Error if Go is missing, or if the build fails.
 */
export async function goBuild(program: GoProgram, environment: Environment = process.env): Promise<void> {
  const linker = program.linkerFlags === undefined ? [] : ['-ldflags', program.linkerFlags];
  const args = ['build', ...goBuildFlags, ...linker, '-o', program.output, program.package];
  const answer = await runGo(args, program.module, environment);
  if (answer === undefined) throw new Error(`Go is missing, so ${program.package} cannot be built.`);
}

/**
 * Builds a program of the tests into `.cluster/bin`; Go leaves it alone if it is up to date.
 * @param folder of test/, with its go.mod
 * @returns its path, absolute; or undefined if there is no Go on the PATH.
 * @throws Error if there is Go, but the build fails.
 */
export async function builtTool(folder: string, name: string): Promise<string | undefined> {
  if ((await goVersion()) === undefined) return undefined;
  const programs = join(projectRoot, '.cluster', 'bin');
  await mkdir(programs, { recursive: true });
  const output = join(programs, name);
  await goBuild({ module: join(projectRoot, 'test', folder), package: '.', output });
  return output;
}

/** Go's stdout, or undefined if there is no Go on the PATH. */
function runGo(args: readonly string[], cwd: string, environment: Environment): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const go = spawn('go', args, {
      cwd,
      env: { ...environment, ...goEnvironment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    go.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    go.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    go.once('close', (code, signal) => {
      if (code === 0) resolve(stdout.trim());
      else reject(new Error(`go ${args.join(' ')} ended with ${signal ?? `code ${code}`}.`));
    });
  });
}
