// `npm run cluster`: boots a real API server with the gate in front of it, for a kubectl to be pointed at.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { assetsOrExit } from './assets-or-exit.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { install } from './installation.ts';

/** What to try: denied, denied, created, and denied as a Deployment. The tests run each of them. */
const commands = [
  'kubectl run nginx --image=nginx',
  'kubectl run nginx --image=docker.io/nginx:latest',
  'kubectl run nginx --image=docker.io/nginx:1.20',
  'kubectl create deployment shop --image=quay.io/acme/shop:1',
];

function introduction({ kubeconfig, assets }: Cluster): string {
  return `ImageGate stands in front of a real API server. There is no node, so pods are judged and kept, but never run.

In another terminal:

  export KUBECONFIG=${kubeconfig}
  export PATH="${assets}${delimiter}$PATH"    # unless you have a kubectl

Then, for instance:

${commands.map((line) => `  ${line}\n`).join('')}
Ctrl-C ends it all.
`;
}

// Until everything is up, a signal just ends this process, and what it has started goes with it.
console.log('Booting an API server, and the gate in front of it ...');
// With them a Deployment has pods and a namespace can be deleted; envtest's own downloads lack them.
const controllers = existsSync(join(await assetsOrExit(), 'kube-controller-manager'));
const cluster = await startCluster({ controllers });
const installation = await install(cluster);
await installation.closeGate();

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const toldToEnd = Promise.race(signals.map((signal) => once(process, signal)));
console.log(introduction(cluster));
await toldToEnd;
console.log('Ending it all.');
await installation.remove();
await cluster.stop();
