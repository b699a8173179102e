import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The processes that work in a cluster's folder, by command line. */
export async function processesOf(folder: string): Promise<string[]> {
  const list = spawn('ps', ['-A', '-o', 'pid=,args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  list.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(list, 'close');
  return text.split('\n').filter((line) => line.includes(folder));
}
