// `npm run cluster`: boots a real API server with the gate in front of it, for a kubectl to be pointed at.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { assetsOrExit } from './assets-or-exit.ts';
import { startCluster } from './cluster.ts';
import { install, type Installation } from './installation.ts';

/** What to try: denied, denied, created, denied as a Deployment, and another policy. The tests run each of them. */
const commands = [
  'kubectl run nginx --image=nginx',
  'kubectl run nginx --image=docker.io/nginx:latest',
  'kubectl run nginx --image=docker.io/nginx:1.20',
  'kubectl create deployment shop --image=quay.io/acme/shop:1',
  `kubectl -n imagegate patch configmap imagegate-webhook-config --patch '{"data":{"BLOCKED_TAGS":"1.20"}}'`,
];

function introduction({ cluster: { kubeconfig, assets }, gate }: Installation): string {
  return `ImageGate stands in front of a real API server. Pods are judged and kept, but stay Pending: no scheduler gives
them a node, and there is no node whose kubelet would run them.

In another terminal:

  export KUBECONFIG=${kubeconfig}
  export PATH="${assets}${delimiter}$PATH"    # unless you have a kubectl

Then, for instance:

${commands.map((line) => `  ${line}\n`).join('')}
What you change in the ConfigMaps and the Secret of the namespace imagegate is with the gate after a second; in a cluster
with kubelets that takes a minute or two. Its probes and metrics, and its log:

  curl 'http://127.0.0.1:${gate.opsPort}/readyz?verbose'
  curl http://127.0.0.1:${gate.opsPort}/metrics
  tail -f ${gate.logFile}

Ctrl-C ends it all.
`;
}

/** Does the part of a kubelet, each second, until it is told to end. */
async function followVolumes({ gate }: Installation, signal: AbortSignal): Promise<void> {
  let said = '';
  const sayOnce = ({ message }: Error): void => {
    if (message !== said) console.error(`The gate keeps the files that it has: ${message}`);
    said = message;
  };
  try {
    for await (const _ of setInterval(1000, undefined, { signal })) {
      // A ConfigMap that is gone, for one: a kubelet leaves the pod what was mounted.
      await gate.refreshVolumes().then(() => (said = ''), sayOnce);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

// Until everything is up, a signal just ends this process, and what it has started goes with it.
console.log('Booting an API server, and the gate in front of it ...');
// With them a Deployment has pods and a namespace can be deleted; envtest's own downloads lack them.
const controllers = existsSync(join(await assetsOrExit(), 'kube-controller-manager'));
const cluster = await startCluster({ controllers });
const installation = await install(cluster);
await installation.closeGate();

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => ending.abort());
console.log(introduction(installation));
await followVolumes(installation, ending.signal);
console.log('Ending it all.');
await installation.remove();
await cluster.stop();
