import { createRequire } from 'node:module';

/** Where all commands print. */
export const commandOutput = {
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
};

export const { version, description } = createRequire(import.meta.url)('imagegate/package.json') as {
  version: string;
  description: string;
};
