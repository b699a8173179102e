import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import { runCertificates } from '../cluster/deploy-copy.ts';
import { notAccepted, openSockets, type OpenSocket } from '../cluster/sockets.ts';
import { until } from '../until.ts';
import { pod, podSpec } from './objects.ts';
import { behindTheGate, type Suite } from './shared-installation.ts';

/** Looks at the sockets of a process again and again, until told to end. */
function watchSockets(pid: number) {
  const state = { ended: false, accepted: 0, listening: new Set<number>(), others: new Map<string, OpenSocket>() };
  const looking = (async () => {
    while (!state.ended) {
      const sockets = await openSockets(pid);
      const others = notAccepted(sockets);
      for (const other of others) state.others.set(JSON.stringify(other), other);
      for (const { localPort } of sockets.filter(({ listens }) => listens)) state.listening.add(localPort);
      state.accepted += sockets.filter((socket) => !socket.listens && !others.includes(socket)).length;
      await turn();
    }
  })();
  return {
    state,
    end: async () => {
      state.ended = true;
      await looking;
    },
  };
}

describe('the sockets of the gate', function () {
  const suite = behindTheGate('sockets');
  const config = 'imagegate-webhook-config';

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  after(async () => {
    const { gate } = suite();
    await gate.stop();
    await patch({ ENFORCEMENT: null });
    await gate.start();
  });

  const patch = async (data: object): Promise<unknown> =>
    suite().cluster.kubectl(['-n', 'imagegate', 'patch', 'configmap', config, '--patch', JSON.stringify({ data })]);
  const logged = async ({ gate }: Suite, text: string): Promise<unknown> =>
    until(() => gate.log().some(({ msg }) => msg === text), `the line ${text}`);

  it('are two that listen and those that they accepted: it asks nobody, whatever it does', async () => {
    const { cluster, deploy, dryRun, gate } = suite();
    await gate.restart();
    const watch = watchSockets(gate.pid);

    await dryRun(pod('good', podSpec('docker.io/nginx:1')));
    await dryRun(pod('bad', podSpec('registry.example.com/nginx:latest', 'not a reference')));
    expect((await gate.ops('/metrics'))?.status).to.equal(200);
    await patch({ ENFORCEMENT: 'warn' });
    await runCertificates(deploy);
    await cluster.kubectl(['apply', '-f', 'secret.yaml'], { cwd: deploy });
    await gate.refreshVolumes();
    await logged(suite(), 'Ruleset reloaded.');
    await logged(suite(), 'Certificate reloaded.');
    await dryRun(pod('bad', podSpec('nginx')));
    gate.terminate();
    await until(async () => (await gate.ops('/readyz'))?.status === 503, 'the drain');

    await watch.end();
    expect([...watch.state.others.values()]).to.deep.equal([]);
    expect([...watch.state.listening])
      .to.have.length(2)
      .and.include(gate.port);
    expect(watch.state.accepted).to.be.above(0);
  });
});
