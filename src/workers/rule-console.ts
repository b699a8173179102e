import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { LogLevel } from './worker-protocol.ts';

/** What `console` is in a worker: each text that is printed goes to `log`. */
export function ruleConsole(log: (level: LogLevel, text: string) => void): Console {
  const stream = (level: LogLevel): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        log(level, text.trimEnd());
        done();
      },
    });
  return new Console({ stdout: stream('info'), stderr: stream('warn') });
}
