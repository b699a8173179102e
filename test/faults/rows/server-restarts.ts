import type { ServerName } from '../../cluster/cluster.ts';
import { until } from '../../until.ts';
import type { Fault } from '../fault.ts';
import { createsIn, expectNoFailure, expectNoneWrong } from '../load.ts';
import { inOwnCluster } from '../own-cluster.ts';
import { span } from '../span.ts';

const servers: readonly ServerName[] = ['etcd', 'kube-apiserver'];
const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL'];
const perSecond = 20;
/** How many right verdicts are asked for after each restart. */
const enough = 20;

/**
 * Creates go on all the while. What the API server cannot answer while it or its store is away fails, in whatever way;
 * but never is one answered wrongly, for instance because the webhook is not known yet.
 */
export const serverRestarts: Fault = {
  name: 'etcd or the API server restarts',
  passesWhen: 'right verdicts half a second after the API server is ready, and no wrong one ever',
  deadlineSeconds: (long) => (long ? 900 : 180),
  run: async ({ long }) =>
    inOwnCluster(async ({ cluster }) => {
      const readyAfter = new Map<string, number[]>();
      const load = createsIn(cluster.api, 'default').load(perSecond);
      try {
        for (let round = 0; round < (long ? 5 : 1); round += 1) {
          for (const server of servers) {
            for (const signal of signals) {
              const began = performance.now();
              await cluster.restart(server, signal);
              const ready = performance.now();
              const settled = () => load.outcomes.filter(({ sent }) => sent >= ready + 500);
              await until(() => settled().length >= enough, `${enough} answers after ${signal} to ${server}`);
              expectNoFailure(settled());
              const name = `${server} ready again after ${signal}`;
              readyAfter.set(name, [...(readyAfter.get(name) ?? []), (ready - began) / 1000]);
            }
          }
        }
      } finally {
        await load.stop();
      }
      expectNoneWrong(load.outcomes);
      const figures = [...readyAfter].map(([name, seconds]) => [name, span(seconds, 1, ' s')] as const);
      return [...figures, ['creates', load.outcomes.length]];
    }),
};
