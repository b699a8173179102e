import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { JUDGE_MS, MARGIN_MS } from '../../src/gate/request/policy-route.ts';
import { SERVER_LIMITS } from '../../src/gate/server.ts';
import { loadSettings } from '../../src/gate/settings.ts';
import { at, manifest, manifests } from './manifests.ts';
import { projectRoot } from '../project-root.ts';

type Path = readonly (string | number)[];
/** Whatever an entry has. */
type Any = Readonly<Record<string, unknown>>;
/** What must stand at a path, and `undefined` for what must not stand there at all. */
type Row = readonly [clause: string, path: Path, expected: unknown];

const name = 'imagegate-webhook';
const { version } = createRequire(import.meta.url)('imagegate/package.json') as { version: string };
const labels = { 'app.kubernetes.io/name': name };

function holds(file: string, kind: string, rows: readonly Row[]): void {
  describe(`${file}: ${kind}`, () => {
    for (const [clause, path, expected] of rows) {
      it(clause, () => {
        expect(at(manifest(file, kind), path), path.join('.')).to.deep.equal(expected);
      });
    }
  });
}

const pod = (...path: Path): Path => ['spec', 'template', 'spec', ...path];
const container = (...path: Path): Path => pod('containers', 0, ...path);

describe('deploy/', () => {
  holds('namespace.yaml', 'Namespace', [
    ['has the name of the seed', ['metadata', 'name'], 'imagegate'],
    [
      'holds its pods to the restricted standard',
      ['metadata', 'labels'],
      {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    ],
  ]);

  holds('namespace.yaml', 'ResourceQuota', [
    ['is in the namespace', ['metadata', 'namespace'], 'imagegate'],
    ['leaves room for pods', ['spec', 'hard'], { pods: '100' }],
    [
      'lets the priority of the Deployment in',
      ['spec', 'scopeSelector', 'matchExpressions'],
      [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] }],
    ],
  ]);

  holds('policy/configmap.yaml', 'ConfigMap', [
    ['has the name of the seed', ['metadata'], { name: 'imagegate-webhook-config', namespace: 'imagegate' }],
    [
      'has the three keys with the defaults, and no other',
      ['data'],
      { ALLOWED_REGISTRIES: 'docker.io,gcr.io', BLOCKED_TAGS: 'staging,latest', DISABLE_EMPTY_TAG: 'true' },
    ],
  ]);

  holds('deployment.yaml', 'Service', [
    ['has the name of the seed', ['metadata', 'name'], name],
    ['is in the namespace', ['metadata', 'namespace'], 'imagegate'],
    ['has an address inside the cluster only', ['spec', 'type'], 'ClusterIP'],
    [
      'listens on 443 and goes to the HTTPS port, and to that of the metrics',
      ['spec', 'ports'],
      [
        { name: 'https', port: 443, targetPort: 'https' },
        { name: 'metrics', port: 8080, targetPort: 'ops' },
      ],
    ],
  ]);

  holds('deployment.yaml', 'Deployment', [
    ['has the name of the seed', ['metadata', 'name'], name],
    ['is in the namespace', ['metadata', 'namespace'], 'imagegate'],
    ['has two replicas', ['spec', 'replicas'], 2],
    [
      'never has fewer while it rolls out',
      ['spec', 'strategy'],
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    ],
    [
      'is spread over nodes, and over zones where there are some',
      pod('topologySpreadConstraints'),
      [
        {
          topologyKey: 'kubernetes.io/hostname',
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          nodeTaintsPolicy: 'Honor',
          labelSelector: { matchLabels: labels },
          matchLabelKeys: ['pod-template-hash'],
        },
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: labels },
          matchLabelKeys: ['pod-template-hash'],
        },
      ],
    ],
    ['is not evicted for others', pod('priorityClassName'), 'system-cluster-critical'],
    ['gets no service account token', pod('automountServiceAccountToken'), false],
    ['gets no service links', pod('enableServiceLinks'), false],
    ['has time to end', pod('terminationGracePeriodSeconds'), 130],
    ['shares nothing of the node: network', pod('hostNetwork'), undefined],
    ['shares nothing of the node: processes', pod('hostPID'), undefined],
    [
      'runs as a user by number, who is not root, under the default seccomp profile',
      pod('securityContext'),
      {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    ],
    ['names its container as everything else', container('name'), name],
    ['has no second container', pod('containers', 1), undefined],
    ['has no init container', pod('initContainers'), undefined],
    [
      "runs an image of a registry that is nobody's, to be replaced",
      container('image'),
      `registry.example.com/${name}:${version}`,
    ],
    ['leaves the command to the image', container('command'), undefined],
    ['leaves the arguments to the image', container('args'), undefined],
    [
      'listens on the ports of the settings',
      container('ports'),
      [
        { name: 'https', containerPort: 3000 },
        { name: 'ops', containerPort: 8080 },
      ],
    ],
    ['takes nothing from a ConfigMap as environment: that is not live', container('envFrom'), undefined],
    [
      'sets where policy and rules are and how long to drain, and none of the policy itself',
      container('env'),
      [
        { name: 'POLICY_DIR', value: '/app/rules.d' },
        { name: 'RULES_DIR', value: '/app/rules.d' },
        { name: 'DRAIN_SECONDS', value: '15' },
      ],
    ],
    [
      'mounts both as whole folders, without subPath: that is not live',
      container('volumeMounts'),
      [
        { name: 'policy', mountPath: '/app/rules.d', readOnly: true },
        { name: 'certificates', mountPath: '/app/certs', readOnly: true },
      ],
    ],
    [
      'mounts both ConfigMaps as one folder, and the Secret for its group alone',
      pod('volumes'),
      [
        {
          name: 'policy',
          projected: {
            sources: [
              { configMap: { name: 'imagegate-webhook-config' } },
              { configMap: { name: 'imagegate-webhook-rules', optional: true } },
            ],
          },
        },
        { name: 'certificates', secret: { secretName: 'imagegate-webhook-certificates', defaultMode: 0o440 } },
      ],
    ],
    [
      'is given a minute to start',
      container('startupProbe'),
      { httpGet: { path: '/livez', port: 'ops' }, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 60 },
    ],
    [
      'is asked whether it is ready',
      container('readinessProbe'),
      { httpGet: { path: '/readyz', port: 'ops' }, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
    ],
    [
      'is asked whether it lives, with patience',
      container('livenessProbe'),
      { httpGet: { path: '/livez', port: 'ops' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    ],
    ['waits before it ends, without a shell', container('lifecycle'), { preStop: { sleep: { seconds: 5 } } }],
    [
      'asks for CPU and memory, and limits the memory but not the CPU',
      container('resources'),
      { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '1Gi' } },
    ],
    [
      'has a read-only root and no capabilities, and can get none',
      container('securityContext'),
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ],
  ]);

  holds('deployment.yaml', 'PodDisruptionBudget', [
    ['is in the namespace', ['metadata', 'namespace'], 'imagegate'],
    [
      'lets one pod go at a time, and any that does not start',
      ['spec'],
      { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: labels } },
    ],
  ]);

  holds('deployment.yaml', 'NetworkPolicy', [
    ['is in the namespace', ['metadata', 'namespace'], 'imagegate'],
    [
      'lets reviews in from anywhere, metrics from labelled namespaces, and nothing out',
      ['spec'],
      {
        podSelector: { matchLabels: labels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          { ports: [{ protocol: 'TCP', port: 3000 }] },
          {
            from: [{ namespaceSelector: { matchLabels: { 'imagegate/metrics': 'true' } } }],
            ports: [{ protocol: 'TCP', port: 8080 }],
          },
        ],
      },
    ],
  ]);

  // The condition of an update that changes no spec. It has to be this one to the letter: under `Ignore`, a condition
  // that ends in an error skips the webhook. What that of pods does is tested in test/e2e/apart/image-changes.test.ts.
  const specChanges =
    "request.operation != 'UPDATE' || has(request.subResource) || (has(object.spec) ? !has(oldObject.spec) || " +
    'object.spec != oldObject.spec : !has(object.template) || !has(oldObject.template) || ' +
    'object.template != oldObject.template)';

  const everyEntry = (index: number, url: string): Row[] => {
    const of = (...path: Path): Path => ['webhooks', index, ...path];
    return [
      ['asks the Service', of('clientConfig', 'service'), { name, namespace: 'imagegate', path: url, port: 443 }],
      ['matches other versions of the same object', of('matchPolicy'), 'Equivalent'],
      ['has no side effects', of('sideEffects'), 'None'],
      ['speaks both versions, v1 first', of('admissionReviewVersions'), ['v1', 'v1beta1']],
      ['never leaves out an object by what its author wrote', of('objectSelector'), undefined],
    ];
  };
  const entry = (index: number, rows: readonly Row[]): Row[] => {
    const of = (...path: Path): Path => ['webhooks', index, ...path];
    return [
      ...rows,
      ...everyEntry(index, '/validate'),
      ['waits five seconds', of('timeoutSeconds'), 5],
      [
        'exempts namespaces by the label for it, and two by the name that only the API server sets',
        of('namespaceSelector'),
        {
          matchExpressions: [
            { key: 'imagegate/disable-filtering', operator: 'NotIn', values: ['true'] },
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['imagegate', 'kube-system'] },
          ],
        },
      ],
    ];
  };
  const createAndUpdate = { apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], scope: 'Namespaced' };

  holds('webhook.yaml', 'ValidatingWebhookConfiguration', [['has no fourth entry', ['webhooks', 3], undefined]]);

  holds(
    'webhook.yaml',
    'ValidatingWebhookConfiguration',
    entry(0, [
      ['pods: has the name that users see', ['webhooks', 0, 'name'], 'com.imagegate.webhook'],
      ['pods: refuses while the gate is down', ['webhooks', 0, 'failurePolicy'], 'Fail'],
      ['pods: is asked about changed images', ['webhooks', 0, 'matchConditions', 0, 'name'], 'image-changes'],
      ['pods: and has no second condition', ['webhooks', 0, 'matchConditions', 1], undefined],
      [
        'pods: matches them and their ephemeral containers, and no other subresource',
        ['webhooks', 0, 'rules'],
        [
          { apiGroups: [''], ...createAndUpdate, resources: ['pods'] },
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['UPDATE'],
            resources: ['pods/ephemeralcontainers'],
            scope: 'Namespaced',
          },
        ],
      ],
    ]),
  );

  holds(
    'webhook.yaml',
    'ValidatingWebhookConfiguration',
    entry(1, [
      ['workloads: has a name of its own', ['webhooks', 1, 'name'], 'workloads.com.imagegate.webhook'],
      ['workloads: lets pass while the gate is down', ['webhooks', 1, 'failurePolicy'], 'Ignore'],
      [
        'workloads: is not asked about updates that change no spec',
        ['webhooks', 1, 'matchConditions'],
        [{ name: 'spec-changes', expression: specChanges }],
      ],
      [
        'workloads: matches the eight kinds that carry a pod template',
        ['webhooks', 1, 'rules'],
        [
          {
            apiGroups: ['apps'],
            ...createAndUpdate,
            resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets'],
          },
          { apiGroups: ['batch'], ...createAndUpdate, resources: ['jobs', 'cronjobs'] },
          { apiGroups: [''], ...createAndUpdate, resources: ['replicationcontrollers', 'podtemplates'] },
        ],
      ],
    ]),
  );

  holds('webhook.yaml', 'ValidatingWebhookConfiguration', [
    ['policy: has a name of its own', ['webhooks', 2, 'name'], 'policy.com.imagegate.webhook'],
    ['policy: lets pass while the gate is down', ['webhooks', 2, 'failurePolicy'], 'Ignore'],
    [
      'policy: matches ConfigMaps',
      ['webhooks', 2, 'rules'],
      [{ apiGroups: [''], ...createAndUpdate, resources: ['configmaps'] }],
    ],
    [
      'policy: of the namespace of the gate alone',
      ['webhooks', 2, 'namespaceSelector'],
      { matchLabels: { 'kubernetes.io/metadata.name': 'imagegate' } },
    ],
    [
      'policy: and of those only its own two',
      ['webhooks', 2, 'matchConditions'],
      [
        {
          name: 'own-configmaps',
          expression: "request.name in ['imagegate-webhook-config', 'imagegate-webhook-rules']",
        },
      ],
    ],
    ...everyEntry(2, '/validate-policy/<certificates.sh fills this in>'),
    ['policy: waits until a rule that never ends is found out', ['webhooks', 2, 'timeoutSeconds'], 15],
  ]);

  it("the policy entry of webhook.yaml outwaits the gate's own answer, with a second to spare: it fails open", () => {
    const webhook = manifest('webhook.yaml', 'ValidatingWebhookConfiguration');
    const timeoutMs = Number(at(webhook, ['webhooks', 2, 'timeoutSeconds'])) * 1000;
    expect(JUDGE_MS + MARGIN_MS).to.be.at.most(timeoutMs - 1000);
    expect(MARGIN_MS).to.be.at.least(1000);
  });

  describe('mutating-webhook.yaml', () => {
    const mutating = manifest('mutating-webhook.yaml', 'MutatingWebhookConfiguration');
    const [pods] = at(manifest('webhook.yaml', 'ValidatingWebhookConfiguration'), ['webhooks']) as readonly [Any];
    const [condition] = pods['matchConditions'] as readonly { readonly expression: string }[];
    const annotation = "object.metadata.?annotations[?'imagegate/rewritten']";

    it('asks as the entry for pods does, at its own path, lets pass while the gate is down, and comes back to a change', () => {
      expect(mutating.metadata).to.deep.equal({ name: 'com.imagegate.webhook' });
      const { caBundle, service } = pods['clientConfig'] as { readonly caBundle: string; readonly service: object };
      expect(at(mutating, ['webhooks'])).to.deep.equal([
        {
          ...pods,
          name: 'mutate.com.imagegate.webhook',
          failurePolicy: 'Ignore',
          reinvocationPolicy: 'IfNeeded',
          clientConfig: { caBundle, service: { ...service, path: '/mutate' } },
          matchConditions: [
            {
              name: 'image-changes',
              expression: `${condition!.expression} || ${annotation} != ${annotation.replace('object', 'oldObject')}`,
            },
          ],
        },
      ]);
    });
  });

  describe('webhook.yaml as it is', () => {
    it('has a third path that is none, so that the API server refuses it without a token', () => {
      const webhook = manifest('webhook.yaml', 'ValidatingWebhookConfiguration');
      const asked = String(at(webhook, ['webhooks', 2, 'clientConfig', 'service', 'path']));
      const last = asked.split('/').at(-1);
      // A segment of a path must be a DNS-1123 subdomain.
      expect(last).to.not.match(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    });

    it('has a caBundle that is no base64, so that the API server refuses the file', () => {
      const entries = at(manifest('webhook.yaml', 'ValidatingWebhookConfiguration'), ['webhooks']) as unknown[];
      for (const one of entries) {
        const caBundle = at(one, ['clientConfig', 'caBundle']);
        expect(caBundle)
          .to.be.a('string')
          .and.not.match(/^[A-Za-z0-9+/\s]*={0,2}$/);
        expect(at(one, ['clientConfig', 'url'])).to.equal(undefined);
      }
    });
  });

  describe('kustomization.yaml', () => {
    const [kustomization] = manifests('kustomization.yaml');

    it('brings every manifest that every cluster needs, and never the webhook, the Secret or the policy', () => {
      const shipped = readdirSync(join(projectRoot, 'deploy')).filter((file) => file.endsWith('.yaml'));
      const others = new Set([
        'guard-label.yaml',
        'kustomization.yaml',
        'mutating-webhook.yaml',
        'mutating-webhook-with-ca.yaml',
        'secret.yaml',
        'webhook.yaml',
        'webhook-with-ca.yaml',
      ]);
      expect(at(kustomization, ['resources'])).to.deep.equal(['namespace.yaml', 'deployment.yaml']);
      expect(shipped.filter((file) => !others.has(file))).to.have.members(at(kustomization, ['resources']) as string[]);
    });

    it('is one that kubectl reads', () => {
      expect(kustomization).to.deep.include({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' });
    });

    it('changes nothing else: a generated ConfigMap gets a new name with each change, so that it is not live', () => {
      expect(Object.keys(kustomization ?? {})).to.have.members(['apiVersion', 'kind', 'resources', 'images']);
    });

    it('has one place for the image, which is the one of the Deployment as shipped', () => {
      const images = at(kustomization, ['images']) as Record<string, string>[];
      expect(images).to.have.length(1);
      const [{ name: from, newName, newTag } = {}] = images;
      const image = at(manifest('deployment.yaml', 'Deployment'), container('image'));
      expect(`${from}:${newTag}`).to.equal(image);
      expect(`${newName}:${newTag}`).to.equal(image);
    });
  });

  describe('what names what', () => {
    const deployment = manifest('deployment.yaml', 'Deployment');
    const service = manifest('deployment.yaml', 'Service');
    const template = at(deployment, ['spec', 'template', 'metadata', 'labels']);
    const selectors: [string, unknown][] = [
      ['Deployment', at(deployment, ['spec', 'selector', 'matchLabels'])],
      ['Service', at(service, ['spec', 'selector'])],
      [
        'PodDisruptionBudget',
        at(manifest('deployment.yaml', 'PodDisruptionBudget'), ['spec', 'selector', 'matchLabels']),
      ],
      ['NetworkPolicy', at(manifest('deployment.yaml', 'NetworkPolicy'), ['spec', 'podSelector', 'matchLabels'])],
      ['PodMonitor', at(manifest('monitoring/pod-monitor.yaml', 'PodMonitor'), ['spec', 'selector', 'matchLabels'])],
      ['spread over nodes', at(deployment, pod('topologySpreadConstraints', 0, 'labelSelector', 'matchLabels'))],
      ['spread over zones', at(deployment, pod('topologySpreadConstraints', 1, 'labelSelector', 'matchLabels'))],
    ];
    for (const [of, selector] of selectors) {
      it(`the selector of ${of} is the pods' labels`, () => {
        expect(selector).to.deep.equal(template);
        expect(template).to.deep.equal(labels);
      });
    }

    it('Service and PodMonitor name ports that the container has', () => {
      const ports = new Set((at(deployment, container('ports')) as { name: string }[]).map(({ name: one }) => one));
      const monitor = manifest('monitoring/pod-monitor.yaml', 'PodMonitor');
      const named = [
        ...(at(service, ['spec', 'ports']) as { targetPort: string }[]).map(({ targetPort }) => targetPort),
        at(monitor, ['spec', 'podMetricsEndpoints', 0, 'port']) as string,
      ];
      expect(named.filter((one) => !ports.has(one))).to.deep.equal([]);
    });

    it('each volume is mounted once, and each mount has its volume', () => {
      const named = (path: Path): unknown[] => (at(deployment, path) as { name: string }[]).map((one) => one.name);
      expect(named(container('volumeMounts'))).to.have.members(named(pod('volumes')));
    });

    it('the volumes are of the ConfigMap and the Secret of the other files', () => {
      const config = manifest('policy/configmap.yaml', 'ConfigMap').metadata;
      expect(at(deployment, pod('volumes', 'policy', 'projected', 'sources', 0, 'configMap', 'name'))).to.equal(
        config.name,
      );
      const script = readFileSync(join(projectRoot, 'deploy', 'certificates.sh'), 'utf8');
      expect(script).to.include(
        `SECRET=${String(at(deployment, pod('volumes', 'certificates', 'secret', 'secretName')))}\n`,
      );
      expect(script).to.include(`SERVICE=${service.metadata.name}\n`);
      expect(script).to.include(`NAMESPACE=${service.metadata.namespace}\n`);
    });

    it('the Service has the name that the gate looks for in its certificate', () => {
      const { serverName } = loadSettings({}, false).settings;
      expect(serverName).to.equal(`${service.metadata.name}.${service.metadata.namespace}.svc`);
    });

    it('POLICY_DIR is where the ConfigMap is mounted', () => {
      expect(at(deployment, container('env', 'POLICY_DIR', 'value'))).to.equal(
        at(deployment, container('volumeMounts', 'policy', 'mountPath')),
      );
    });

    it('the NetworkPolicy opens the port of the Service first, and that of metrics and probes second', () => {
      const port = (of: unknown): unknown => at(deployment, container('ports', String(of), 'containerPort'));
      const open = at(manifest('deployment.yaml', 'NetworkPolicy'), ['spec', 'ingress']) as unknown[];
      expect(open.map((rule) => at(rule, ['ports', 0, 'port']))).to.deep.equal([
        port(at(service, ['spec', 'ports', 0, 'targetPort'])),
        port('ops'),
      ]);
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
        expect(at(deployment, container(probe, 'httpGet', 'port')), probe).to.equal('ops');
      }
    });

    it('the webhook asks the Service, at a port that it has', () => {
      const webhook = manifest('webhook.yaml', 'ValidatingWebhookConfiguration');
      for (const index of [0, 1, 2]) {
        const asked = at(webhook, ['webhooks', index, 'clientConfig', 'service']) as Record<string, unknown>;
        expect(asked['name']).to.equal(service.metadata.name);
        expect(asked['namespace']).to.equal(service.metadata.namespace);
        expect(asked['port']).to.equal(at(service, ['spec', 'ports', 0, 'port']));
      }
    });

    it('every object is in the namespace that namespace.yaml makes', () => {
      const all = ['namespace.yaml', 'policy/configmap.yaml', 'deployment.yaml'].flatMap((file) => manifests(file));
      const { name: namespace } = manifest('namespace.yaml', 'Namespace').metadata;
      for (const one of all.filter(({ kind }) => kind !== 'Namespace')) {
        expect(one.metadata.namespace, one.kind).to.equal(namespace);
      }
    });

    it('the quota lets the priority of the Deployment in', () => {
      const quota = manifest('namespace.yaml', 'ResourceQuota');
      const priorities = at(quota, ['spec', 'scopeSelector', 'matchExpressions', 0, 'values']);
      expect(priorities).to.include(at(deployment, pod('priorityClassName')));
    });

    it('the end fits into its grace period: preStop, the drain, and what the server waits for then', () => {
      const preStop = at(deployment, container('lifecycle', 'preStop', 'sleep', 'seconds')) as number;
      const drain = Number(at(deployment, container('env', 'DRAIN_SECONDS', 'value')));
      expect(preStop + drain + SERVER_LIMITS.closeTimeout / 1000).to.be.below(
        at(deployment, pod('terminationGracePeriodSeconds')) as number,
      );
    });

    it('each file holds its objects, and deployment.yaml alone all that the gate needs to run', () => {
      const files = [
        'namespace.yaml',
        'policy/configmap.yaml',
        'deployment.yaml',
        'webhook.yaml',
        'mutating-webhook.yaml',
      ];
      const objects = files.map((file) =>
        manifests(file).map((one) => `${one.apiVersion} ${one.kind} ${one.metadata.name}`),
      );
      expect(objects).to.deep.equal([
        ['v1 Namespace imagegate', 'v1 ResourceQuota imagegate-webhook'],
        ['v1 ConfigMap imagegate-webhook-config'],
        [
          'v1 Service imagegate-webhook',
          'apps/v1 Deployment imagegate-webhook',
          'policy/v1 PodDisruptionBudget imagegate-webhook',
          'networking.k8s.io/v1 NetworkPolicy imagegate-webhook',
        ],
        ['admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration com.imagegate.webhook'],
        ['admissionregistration.k8s.io/v1 MutatingWebhookConfiguration com.imagegate.webhook'],
      ]);
    });

    it('the Service and the Deployment carry the label of their pods', () => {
      for (const one of [service, deployment]) expect(at(one, ['metadata', 'labels']), one.kind).to.deep.equal(labels);
    });
  });
});
