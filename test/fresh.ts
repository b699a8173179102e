import { until } from './until.ts';

/**
 * What `read` brings, made after this call: the gate makes its metrics once a second at most. No two of them are the same,
 * since they tell how long the process has used a processor. Nothing, if nobody answers.
 */
export async function fresh<T extends { readonly text: string } | undefined>(read: () => Promise<T>): Promise<T> {
  const before = await read();
  if (before === undefined) return before;
  const anew = async (): Promise<readonly [T] | undefined> => {
    const answer = await read();
    return answer?.text === before.text ? undefined : [answer];
  };
  const [answer] = await until(anew, 'metrics to be made anew', 10_000);
  return answer;
}
