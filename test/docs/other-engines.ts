/**
 * The images that an engine lets pass under a policy, and those that it denies, by its own tests and documentation. Those
 * at the end of a list may be in no test there: they follow from the text of the policy and the code that reads it.
 */
export interface DocumentedVerdicts {
  /** An image, and after a comma what else it is judged by: "by PATTERN" for one out of a table of patterns, "in NAMESPACE", "under PROFILE", "with PULLPOLICY". */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

const REDIS = 'sha256:82dfd9ac433eacb5f89e5bf2601659bbc78893c1a9e3e830c5ef4eb489fde079';
const ETCD = 'sha256:7ed2739c96eb16de3d7169e2a0aa4ccf3a1f44af24f2bb6cad826935a51bcb3d';
const BUSYBOX = 'sha256:c81e98c8ff8ebe2ef81b784e9fcab9d1013d75064d00d0be4941ffb6973c948d';
const NGINX = 'sha256:eca6768a39363decf0a4606a282e222552576fec380f555b65560983f7305cf7';
const ALLOWED = 'sha256:b0ad43f7ee5edbc0effbc14645ae7055e21bc1973aee5150745632a24a752661';
const ALLOWED_512 =
  'sha512:4b8bea0e757264767b373ba4963f4e972c428f42bf5335c2abb2e7f15a1b07c8aeddd2e62cacd0f2d669f49d8d975d952031e3041371639ec84baab400ab4802';

/** In kyverno/policies. */
const KYVERNO: Readonly<Record<string, DocumentedVerdicts>> = {
  // best-practices/restrict-image-registries: good-pods.yaml, .chainsaw-test/bad-*.yaml
  'restrict-image-registries': {
    allowed: ['eu.foo.io/nginx', 'bar.io/nginx', 'eu.foo.io/busybox'],
    denied: ['nginx', 'busybox', 'busybox:1.35'],
  },
  // other/advanced-restrict-image-registries/02-setup.yaml, other-cel/…/.chainsaw-test/pod-good.yaml
  'advanced-restrict-image-registries': {
    allowed: [
      'img.corp.com/busybox:1.35, in imageregistries-ns01',
      'ghcr.io/busybox:1.35, in imageregistries-ns01',
      'ghcr.io/busybox:1.35, in imageregistries-ns02',
      'docker.io/busybox:1.35, in imageregistries-ns02',
      'ghcr.io/busybox:1.35, in default',
    ],
    denied: [
      'docker.io/busybox:1.35, in imageregistries-ns01',
      'corp.img.io/busybox:1.35, in imageregistries-ns01',
      'img.corp.com/busybox:1.35, in imageregistries-ns02',
      'busybox:1.35, in imageregistries-ns02',
      'docker.io/busybox:1.35, in default',
      'img.corp.com/busybox:1.35, in default',
    ],
  },
  // other/allowed-image-repos: pod-good.yaml, pod-bad.yaml
  'allowed-image-repos': {
    allowed: [
      'myknownimage',
      'myknownimage:1.14',
      'ghcr.io/images/myknownimage:1.26',
      'kyverno',
      'kyverno:latest',
      'ghcr.io/kyverno/kyverno:latest',
    ],
    denied: ['busybox:1.35', 'docker.io/busybox:1.35'],
  },
  // other/restrict-deprecated-registry/.chainsaw-test: pod-good.yaml, pod-bad.yaml
  'restrict-deprecated-registry': {
    allowed: [
      'busybox:1.35',
      'docker.io/busybox:1.35',
      'ghcr.io/busybox:1.35',
      'ghcr.io/kyverno/test-busybox:1.35',
      'foo.gcr.io/busybox:1.35',
      'registry.k8s.io/busybox:1.35',
      'k8s.gcr.io:443/busybox:1.35',
    ],
    denied: ['k8s.gcr.io/busybox:1.35'],
  },
  // best-practices/disallow-latest-tag: .kyverno-test/resource.yaml, .chainsaw-test/*.yaml
  'disallow-latest-tag': {
    allowed: [
      'nginx:1.12',
      'nginx:1.35',
      'busybox:1.28',
      'nginx:staging',
      'localhost:5000/app',
      'nginx:latest@sha256:9b2c…',
    ],
    denied: ['nginx', 'busybox', 'nginx:latest', 'busybox:latest'],
  },
  // other/imagepullpolicy-always/.chainsaw-test: pod-good.yaml, pod-bad.yaml
  'imagepullpolicy-always': {
    allowed: [
      'ghcr.io/kyverno/test-busybox',
      'ghcr.io/kyverno/test-busybox:1.35',
      'ghcr.io/kyverno/test-busybox:1.35, with IfNotPresent',
      'ghcr.io/kyverno/test-busybox:latest',
      'ghcr.io/kyverno/test-busybox:latest, with Always',
      'localhost:5000/app, with IfNotPresent',
      'nginx:latest@sha256:9b2c…, with IfNotPresent',
    ],
    denied: [
      'ghcr.io/kyverno/test-busybox, with IfNotPresent',
      'ghcr.io/kyverno/test-busybox:latest, with IfNotPresent',
      'ghcr.io/kyverno/test-busybox:latest, with Never',
    ],
  },
  // other/require-image-checksum/.chainsaw-test: pod-good.yaml, pod-bad.yaml
  'require-image-checksum': {
    allowed: [
      `ghcr.io/kyverno/test-busybox@${BUSYBOX}`,
      `ghcr.io/kyverno/test-nginx@${NGINX}`,
      'ghcr.io/kyverno/test-busybox@sha256:c81e98c8',
    ],
    denied: [
      'ghcr.io/kyverno/test-busybox',
      'ghcr.io/kyverno/test-busybox:1.35',
      'ghcr.io/kyverno/test-busybox:latest',
      'alpine:3.16',
    ],
  },
  // best-practices/disallow-helm-tiller/.kyverno-test/resource.yaml
  'disallow-helm-tiller': {
    allowed: ['busybox', 'busybox:1.28', 'nginx'],
    denied: ['docker.io/tiller:latest', 'gcr.io/tiller/app:1', 'gcr.io/acme/app:tiller-1', 'tiller.example.com/app:1'],
  },
};

/** In open-policy-agent/gatekeeper-library. */
const GATEKEEPER: Readonly<Record<string, DocumentedVerdicts>> = {
  // src/general/{allowedrepos,allowedreposv2}/src_test.rego, library/general/{allowedrepos,allowedreposv2}/samples
  'K8sAllowedRepos and K8sAllowedReposv2': {
    allowed: [
      'allowed/nginx',
      'allowed/other',
      'openpolicyagent/opa:0.9.2',
      'myregistry.azurecr.io/postgress',
      'mydockerhub/python',
      'ubuntu',
      'ubuntu:20.04',
      'ubuntu@sha256:26c68657ccce2cb0a31b330cb0be2b5e108d467f641c62e13ab40cbec258c68d',
      '123456789123.dkr.ecr.eu-west-1.amazonaws.com/postgres',
      '123456789123.dkr.ecr.eu-west-1.amazonaws.com/postgres:latest',
      'allowed-by-nobody/nginx',
    ],
    denied: [
      'nginx',
      'denied/nginx',
      'denied/other',
      'myregistry.azurecr.io.malicious.com/postgress',
      'mydockerhubmalicious/python',
      'ubuntumalicious',
      'ubuntumalicious:20.04',
      '123456789123.dkr.ecr.eu-west-1.amazonaws.com/postgresmalicious',
      'docker.io/allowed/nginx',
    ],
  },
  // src/general/disallowedrepos/src_test.rego, library/general/disallowedrepos/samples
  K8sDisallowedRepos: {
    allowed: [
      'allowed/nginx',
      'allowed/other',
      'registry.k8s.io:443/kustomize/kustomize:v3.8.9',
      'docker.io/disallowed/nginx',
    ],
    denied: ['disallowed/nginx', 'disallowed/other', 'registry.k8s.io/kustomize/kustomize:v3.8.9'],
  },
  // src/general/disallowedtags/src_test.rego, library/general/disallowedtags/samples
  K8sDisallowedTags: {
    allowed: [
      'nginx:1.0.0',
      'other:2.0.0',
      'exempt:latest',
      'exempt:testing',
      'openpolicyagent/opa:0.9.2',
      'openpolicyagent/opa-exp:latest',
      'openpolicyagent/opa-exp2:latest',
      'nginx:latest@sha256:9b2c…',
    ],
    denied: [
      'nginx',
      'nginx:latest',
      'other:testing',
      'openpolicyagent/init:latest',
      'openpolicyagent/monitor:latest',
      'openpolicyagent:443/opa',
    ],
  },
  // src/general/imagedigests/src_test.rego
  K8sImageDigests: {
    allowed: [
      `allowed/nginx@${ALLOWED}`,
      `allowed/nginx:1.19.2@${ALLOWED}`,
      `allowed/nginx@${ALLOWED_512}`,
      'allowed/unreg@multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8',
      'allowed/unreg@sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564',
    ],
    denied: ['denied/nginx:1.19.2', 'denied/other'],
  },
  'K8sImageDigests with exemptImages': {
    allowed: [`allowed/nginx@${ALLOWED}`, 'denied/nginx:1.19.2'],
    denied: ['allowed/nginx:1.19.2'],
  },
};

/** In kubewarden/trusted-repos-policy: src/validation.rs, src/settings.rs, e2e.bats, README.md. */
const KUBEWARDEN: Readonly<Record<string, DocumentedVerdicts>> = {
  'registries.allow': {
    allowed: ['ghcr.io/kubewarden/policy-server:1.0.0', 'allowed-registry.com/app:1', 'quay.io/Acme/app:1.0'],
    denied: ['busybox:1.0.0', 'docker.io/alpine:1.0.0', 'allowed-registry.com:5001/app:1'],
  },
  'registries.allow with docker.io': {
    allowed: ['busybox:1.0.0', 'docker.io/alpine:1.0.0', 'ghcr.io/kubewarden/policy-server:1.0.0'],
    denied: ['quay.io/coreos/etcd:v3.4.12'],
  },
  'registries.reject': {
    allowed: [
      'ghcr.io/kubewarden/policy-server:1.0.0',
      'non-forbidden-registry.com:5001/app:1',
      'registry-1.docker.io/library/busybox:1.0.0',
    ],
    denied: ['busybox:1.0.0', 'docker.io/alpine:1.0.0', 'forbidden-registry.com/app:1'],
  },
  'tags.reject': {
    allowed: ['busybox:1.0.0', 'busybox:staging'],
    denied: ['busybox', 'busybox:latest', 'nginx:latest', 'busybox@sha256:9b2c…', 'busybox:latest@sha256:9b2c…'],
  },
  'images.allow': {
    allowed: [
      'ghcr.io/kubewarden/policy-server:1.0.0',
      'ghcr.io/kubewarden/test-verify-image-signatures:signed',
      `quay.io/bitnami/redis:6.0@${REDIS}`,
      `quay.io/coreos/etcd:v3.4.12@${ETCD}`,
    ],
    denied: [
      'busybox:1.0.0',
      'docker.io/alpine:1.0.0',
      'quay.io/coreos/etcd:v3.4.12',
      'ghcr.io/kubewarden/policy-server:1.0.0@sha256:9b2c…',
      `quay.io/bitnami/redis@${REDIS}`,
    ],
  },
  'images.allow by name': {
    allowed: [
      'nginx',
      'nginx:1.21',
      'nginx:latest',
      'docker.io/library/nginx:1.21',
      'quay.io/coreos/etcd',
      'quay.io/coreos/etcd:v3.4.12',
      'quay.io/coreos/etcd:latest',
      'quay.io/library/nginx:1.21',
    ],
    denied: ['coreos/etcd', 'coreos/etcd:v3.4.12'],
  },
  'images.reject': {
    allowed: [
      'busybox:1.0.0',
      'docker.io/alpine:1.0.0',
      'quay.io/coreos/etcd:v3.4.12',
      'quay.io/coreos/etcd',
      'ghcr.io/kubewarden/policy-server:1.0.0@sha256:9b2c…',
      `quay.io/bitnami/redis@${REDIS}`,
    ],
    denied: [
      'ghcr.io/kubewarden/policy-server:1.0.0',
      'ghcr.io/kubewarden/test-verify-image-signatures:signed',
      `quay.io/bitnami/redis:6.0@${REDIS}`,
      `quay.io/coreos/etcd:v3.4.12@${ETCD}`,
      'etcd',
    ],
  },
  'images.reject by name': {
    allowed: ['coreos/etcd', 'coreos/etcd:v3.4.12'],
    denied: [
      'nginx',
      'nginx:1.21',
      'nginx:latest',
      'docker.io/library/nginx:1.21',
      'quay.io/coreos/etcd',
      'quay.io/coreos/etcd:v3.4.12',
      'quay.io/coreos/etcd:latest',
      'quay.io/library/nginx:1.21',
    ],
  },
  'All three together': {
    allowed: ['busybox:2.0.0', 'busybox:staging'],
    denied: ['busybox', 'busybox:1.0.0', 'gcr.io/busybox:2.0.0'],
  },
};

/** In sigstore/policy-controller. */
const POLICY_CONTROLLER: Readonly<Record<string, DocumentedVerdicts>> = {
  // test/testdata/policy-controller/e2e/cip-static-pass.yaml, cip-static-fail.yaml
  'static: pass': {
    allowed: [
      'registry.local:5000/policy-controller/demo',
      'registry.local:5000/policy-controller/demo2:v1',
      'registry.local:5000/policy-controller/demo@sha256:9b2c…',
    ],
    denied: ['registry.local:5000/policy-controller/other', 'registry.local/policy-controller/demo', 'nginx'],
  },
  'static: fail': {
    allowed: ['registry.local:5000/policy-controller/other', 'registry.local/policy-controller/demo', 'nginx'],
    denied: [
      'registry.local:5000/policy-controller/demo',
      'registry.local:5000/policy-controller/demo2:v1',
      'registry.local:5000/policy-controller/demo@sha256:9b2c…',
    ],
  },
  // pkg/apis/glob/glob_test.go
  'images[].glob': {
    allowed: [
      'foo, by index.docker.io/library/foo:latest',
      'foo, by index.docker.io/library/foo:*',
      'foo, by index.docker.io/library/*',
      'foo, by index.docker.io/library/*:latest',
      'foo, by index.docker.io/*/*',
      'foo, by index.docker.io/**',
      'foo, by index.docker.**',
      'foo, by inde**',
      'foo, by **',
      'foo, by foo',
      'foo, by foo*',
      'foo, by foo**',
      'foo, by *',
      'myuser/myapp, by index.docker.io/myuser/myapp:latest',
      'myuser/myapp, by index.docker.io/myuser/myapp:*',
      'myuser/myapp, by index.docker.io/myuser/*',
      'myuser/myapp, by index.docker.io/myuser/*:latest',
      'myuser/myapp, by index.docker.io/*/*',
      'myuser/myapp, by index.docker.io/**',
      'myuser/myapp, by index.docker.**',
      'myuser/myapp, by inde**',
      'myuser/myapp, by **',
      'myuser/myapp, by myuser/myapp',
      'myuser/myapp, by myuser/myapp*',
      'myuser/myapp, by myuser/myapp**',
      'myuser/myapp, by */*',
      'ghcr.io/foo/bar, by ghcr.io/*/*',
      'ghcr.io/foo/bar, by ghcr.io/**',
      'ghcr.io/foo, by ghcr.io/**',
      'ghcr.io/foo, by ghc**',
      'ghcr.io/foo, by **',
      'ghcr.io/foo, by */**',
      'ghcr.io/foo, by ghcr.io/foo*',
      'ghcr.io/foo, by ghcr.io/foo**',
      'foo:latest, by index.docker.io/library/foo:latest',
      'ghcr.io/foo, by ghcr.io/foo',
      'ghcr.io/foobar/baz, by ghcr.io/foo**',
      'index.docker.evil.com/foo, by index.docker.**',
      'indeed.evil.com/foo, by inde**',
      'foo.evil.com/app, by foo**',
      'ghcr.evil.com/foo, by ghc**',
    ],
    denied: [
      'ghcr.io/foo, by ghcr.io/*/*',
      'prefix-ghcr.io/foo, by ghcr.io/foo',
      'ghcr.io/foo-suffix, by ghcr.io/foo',
      'ghcrxio/foo, by ghcr.io/**',
      'invalid&name, by **',
      'foo:v1, by index.docker.io/library/foo:latest',
      'foobar:v1, by index.docker.io/library/foo:*',
      'myuser/foo, by index.docker.io/library/*',
      'foo:v1, by index.docker.io/library/*:latest',
      'myuser/myapp:v1, by index.docker.io/myuser/myapp:latest',
      'myuser/myapp2:v1, by index.docker.io/myuser/myapp:*',
      'other/myapp, by index.docker.io/myuser/*',
      'myuser/myapp:v1, by index.docker.io/myuser/*:latest',
      'a/b/c, by index.docker.io/*/*',
      'ghcr.io/foo, by index.docker.io/**',
      'ghcr.io/foo, by index.docker.**',
      'ghcr.io/foo, by inde**',
      'quay.io/foo, by ghc**',
      'ghcr.io/foo/bar, by ghcr.io/foo*',
      'ghcr.io/bar, by ghcr.io/foo**',
      'myuser/foo, by *',
      'a/b/c, by */*',
      'foobar, by foo',
      'bar, by foo*',
      'bar, by foo**',
      'myuser/myapp2, by myuser/myapp',
      'myuser/other, by myuser/myapp*',
      'myuser/other, by myuser/myapp**',
      'foo@sha256:9b2c…, by index.docker.io/library/foo:*',
      'foo:v1, by foo',
    ],
  },
};

/** In IBM/portieris. */
const PORTIERIS: Readonly<Record<string, DocumentedVerdicts>> = {
  // pkg/policy/policy_test.go
  'ClusterImagePolicy and ImagePolicy': {
    allowed: ['icr.io/hello/world, in default', 'icr.io/hello/earth, in earth'],
    denied: ['icr.io/hello/earth, in default', 'icr.io/hello/world, in earth'],
  },
  // helpers/wildcard/wildcard_test.go
  'repositories[].name': {
    allowed: [
      'abcdefgh, by abcdefgh',
      'stuvwxyz, by *',
      'stuvwxyz, by *wxyz',
      'stuvwxyz, by s*wx*z',
      'stuvwxyz, by stuv*',
      'stuvwxyz:latest, by stuvwxyz',
      'stuvwxyz:latest, by stuvwxyz:*',
      'uk.icr.io/imagesec-demo/alpinegood:demo, by uk.icr.io/*',
      'uk.icr.io/imagesec-demo/alpinegood:demo, by uk.icr.io/imagesec-demo/*',
      'uk.icr.io/imagesec-demo/alpinegood:demo, by uk.icr.io/imagesec-demo/alpinegood',
      'icr.io/portieris-authn/nginx@sha256:9b2c…, by icr.io/portieris-authn/nginx',
      'icr.io/portieris-authn/nginx@sha256:9b2c…, by icr.io/portieris-authn/*',
      'us.registry.example.com/myorg/foo:latest, by *.registry.example.com/myorg/*',
      'eu.registry.example.com/myrepo/node:v1, by *.registry.example.com/myrepo/*',
      'registry01.example.com/myorg/worker:v1, by registry*.example.com/myorg/*',
      'registry.example.com/myorg/foo:latest, by registry.example.com/myorg/*',
      'attacker.example.com/anything:latest, by *',
      'trusted.example.com/myorg/myimage:demo, by trusted.example.com/*',
      'abcdefgh, by *efgh',
      'abcdefgh, by a*de*h',
      'efghijkl, by efgh*',
      'icr.io/other/nginx:1, by icr.io/other/nginx',
    ],
    denied: [
      'stuvwxyz, by *efgh',
      'stuvwxyz, by a*de*h',
      'abcwxyz, by a*de*h',
      'stuvwxyz, by efgh*',
      'stuvwxyz:latest, by abcdefgh',
      'icr.io/portieris-authn/nginx@sha256:9b2c…, by icr.io/other/nginx',
      'attacker.com/x.registry.example.com/myorg/malware:latest, by *.registry.example.com/myorg/*',
      'attacker.com/x.registry.example.com/myorg/malware, by *.registry.example.com/myorg/*',
      'registry.attacker.com/x.example.com/myorg/evil, by registry*.example.com/myorg/*',
      'evil.io/fake.registry.example.com/myrepo/pwn:latest, by *.registry.example.com/myrepo/*',
      'evilreg.io/myorg/foo:latest, by registry.example.com/myorg/*',
      'evil.io/trusted.example.com/myorg/myimage:demo, by trusted.example.com/*',
      'stuvwxyz1, by stuvwxyz',
      'stuvwxyz1:latest, by stuvwxyz:*',
      'wxyzabcd, by *wxyz',
      'stuvwxy, by s*wx*z',
      'rstuv, by stuv*',
      'us.icr.io/imagesec-demo/alpinegood:demo, by uk.icr.io/*',
      'uk.icr.io/other/alpinegood:demo, by uk.icr.io/imagesec-demo/*',
      'uk.icr.io/imagesec-demo/alpinebad:demo, by uk.icr.io/imagesec-demo/alpinegood',
      'icr.io/portieris-authn/app:1, by icr.io/portieris-authn/nginx',
      'icr.io/other/nginx:1, by icr.io/portieris-authn/*',
      'images.example.com/myorg/worker:v1, by registry*.example.com/myorg/*',
    ],
  },
};

/** In sse-secure-systems/connaisseur. */
const CONNAISSEUR: Readonly<Record<string, DocumentedVerdicts>> = {
  // docs/basics.md
  'Own images only': {
    allowed: [
      'docker.io/myrepo/superimg:v1',
      'docker.io/myrepo/myimg:v1',
      'myrepo/allowedimage:v1',
      'k8s.gcr.io/pause:3.9',
      'docker.io/securesystemsengineering/connaisseur:v3',
      'evildocker.io/myrepo/app:v1',
    ],
    denied: ['docker.io/superrepo/myimg:v1', 'docker.io/myrepo/deniedimage:v1', 'nginx'],
  },
  // internal/config/config_test.go, internal/handler/validation/validation_test.go, test/testdata/config/00_sample.yaml
  'All but some': {
    allowed: [
      'image',
      'image:tag',
      'registry.io/image:tag',
      'registry.k8s.io/image',
      'docker.io/securesystemsengineering/sample:v1',
      'docker.io/securesystemsengineering/sample:v2',
      'my.registry/test:tag',
      'my.registry/abc:tag',
      'allow-me',
      'docker.io/library/allow-me:someTag',
      'LoCaLhOst:1234/app:v1',
    ],
    denied: ['deny-me', 'docker.io/library/deny-me:tag', 'docker.io/library/deny-me-too:tag', 'invalid,image'],
  },
};

const VALIDATING_ADMISSION_POLICY: Readonly<Record<string, DocumentedVerdicts>> = {
  // kubernetes/website: content/en/docs/reference/access-authn-authz/validating-admission-policy.md, and its sample
  'image-matches-namespace-environment': {
    allowed: [
      'prod.example.com/nginx',
      'prod.example.com/nginx, under prod',
      'staging.example.com/nginx, under staging',
      'nginx',
      'nginx, under staging',
      'prod.example.com:443/nginx',
    ],
    denied: [
      'dev.example.com/nginx',
      'staging.example.com/nginx',
      'example.com/nginx',
      'example.com/nginx, under staging',
      'prod.example.com/nginx, under staging',
    ],
  },
  // kubescape/cel-admission-library: controls/C-0001, C-0075, C-0078
  'Kubescape C-0001, forbidden registries': {
    allowed: ['alpine'],
    denied: ['quay.io/openshift/origin-cli:latest', 'quay.io.example.com/app:1'],
  },
  'Kubescape C-0078, allowed registries': {
    allowed: ['alpine', 'docker.io/alpine', 'gcr.io/google-containers/busybox', 'gcr.io.evil.com/app:1'],
    denied: ['quay.io/openshift/origin-cli:latest', 'acme/app:1'],
  },
  'Kubescape C-0075, pull policy of latest': {
    allowed: ['test:v1, with Never', 'test, with Always', 'test:latest, with Always', 'test:onlyletters, with Always'],
    denied: ['test, with Never', 'test:latest, with Never', 'test:onlyletters, with IfNotPresent'],
  },
};

/** By engine and by policy, as docs/from-other-engines.md names them. */
export const OTHER_ENGINES: Readonly<Record<string, Readonly<Record<string, DocumentedVerdicts>>>> = {
  Kyverno: KYVERNO,
  Gatekeeper: GATEKEEPER,
  Kubewarden: KUBEWARDEN,
  'policy-controller': POLICY_CONTROLLER,
  Portieris: PORTIERIS,
  Connaisseur: CONNAISSEUR,
  ValidatingAdmissionPolicy: VALIDATING_ADMISSION_POLICY,
};
