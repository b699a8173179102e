import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { exportVap, type ExportVapOptions } from '../../../src/cli/export/export-vap.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { NOW } from '../try-policy.ts';

const POLICY = `rules:
  registry-allowlist: { options: { registries: [quay.io], unqualified: docker.io } }
  blocked-images: { action: deny, options: { images: ['gcr.io/a:^1', 'gcr.io/b'] } }
  require-digest: { action: warn, images: ['quay.io/c:^1', 'quay.io/**'] }
  blocked-tags:
    - { options: { tags: [latest] }, message: Ask. }
    - { action: audit, namespaces: [prod-*], options: { tags: ['*-rc*'] } }
  tag-pattern: { action: deny, options: { patterns: [{ images: ['quay.io/c:^1'], tags: ['1'] }] } }
  no-debug: { action: deny }
profiles:
  prod: { rules: { require-digest: { action: deny } } }
namespaces:
  - { names: [dev-*, lab], rules: { empty-tag: { action: off } } }
exemptions:
  - { name: bills, reason: r, owner: o, expires: 2026-12-31, rules: [blocked-tags], namespaces: [billing], users: [ann] }
  - { name: robots, reason: r, owner: o, expires: never, images: ['quay.io/x:^1'], groups: [robots], serviceAccounts: ['ci:bot'] }
  - { name: over, reason: r, owner: o, expires: 2026-01-31, namespaces: [over] }
  - { name: there, reason: r, owner: o, expires: never, rules: [empty-tag], namespaces: [there] }
  - { name: crowd, reason: r, owner: o, expires: never, rules: [tag-pattern], namespaces: [x], groups: [crowd] }
podSpecs:
  - { group: argoproj.io, kind: Rollout, path: spec.template.spec }
contact: Ask the platform team.
`;

const RULE = `import { defineRule } from 'imagegate/rule';
export default defineRule({ meta: { name: 'no-debug', description: 'A rule.' }, check() {} });
`;

interface Exported {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly validationActions?: readonly string[];
    readonly matchConstraints: { readonly namespaceSelector: { readonly matchExpressions: readonly object[] } };
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly message: string; readonly messageExpression: string }[];
  };
}

describe('imagegate export vap', () => {
  const folder = temporaryFolder();

  const run = async (policy?: string, options: Partial<ExportVapOptions> = {}) => {
    const path = join(folder.path, 'x.yaml');
    if (policy !== undefined) await writeFile(path, policy);
    const [said, failed]: [string[], string[]] = [[], []];
    const code = await exportVap({
      ...(policy !== undefined && { path }),
      isStatic: false,
      now: NOW,
      write: (text) => void said.push(text),
      writeError: (text) => void failed.push(text),
      ...options,
    });
    const stdout = said.join('');
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Exported);
    return { code, stdout, stderr: failed.join(''), objects };
  };

  const rulesOf = (objects: readonly Exported[]) =>
    objects
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata, spec }) => [
        metadata.name,
        spec.validations.map(({ message }) => /rule (\S+)\.$/.exec(message)?.[1]),
      ]);

  it('prints a policy and its binding for each action, and what is left out', async () => {
    const rulesDir = join(folder.path, 'rules');
    await mkdir(rulesDir);
    await writeFile(join(rulesDir, 'no-debug.mjs'), RULE);
    const { code, stdout, stderr, objects } = await run(POLICY, { rulesDir });
    expect(stderr).to.equal(`Left out, as CEL cannot say it:
- exemption bills: its end: it holds until this is exported anew
- exemption robots: the range of quay.io/x:^1: all tags are exempt
- podSpecs: the kind argoproj.io/Rollout
- blocked-images: the entry gcr.io/a:^1, as it has a range
- no-debug: a rule of your own
- require-digest: the entry quay.io/c:^1, as it has a range
- tag-pattern: the entry quay.io/c:^1, as it has a range
`);
    expect(stdout).to.match(/^# Made by imagegate export vap\..*\n# Left out, .*\n(?:# - .*\n){7}apiVersion: /);
    expect(code).to.equal(0);
    expect(rulesOf(objects)).to.deep.equal([
      [
        'imagegate-deny',
        [
          'valid-reference',
          'empty-tag',
          'registry-allowlist',
          'blocked-tags',
          'blocked-images',
          'require-digest',
          'tag-pattern',
        ],
      ],
      ['imagegate-warn', ['require-digest']],
      ['imagegate-audit', ['blocked-tags']],
    ]);
    expect(objects.map(({ metadata, spec }) => [metadata.name, spec.validationActions])).to.deep.equal([
      ['imagegate-deny', undefined],
      ['imagegate-deny', ['Deny']],
      ['imagegate-warn', undefined],
      ['imagegate-warn', ['Warn']],
      ['imagegate-audit', undefined],
      ['imagegate-audit', ['Audit']],
    ]);
  });

  it('says where a rule holds, who is exempt, and whom to ask', async () => {
    const { objects } = await run(POLICY.replace('  no-debug: { action: deny }\n', ''));
    const { variables, validations } = objects[0]!.spec;
    const expressions = new Map(variables.map(({ name, expression }) => [name, expression]));
    expect(expressions.get('selection')).to.equal(
      '{"prod": 2}[?dyn(namespaceObject).metadata.?labels[?"imagegate/profile"].orValue("")].orValue(0) + ' +
        "(request.namespace.matches(r'^(?:dev-.*|lab)$') ? 1 :\n0)",
    );
    expect(expressions.get('exempt0')).to.equal(
      `(request.namespace.matches(r'^(?:billing)$') && request.userInfo.username in ["ann"])`,
    );
    expect(expressions.get('exempt1')).to.equal(
      '(request.userInfo.username in ["system:serviceaccount:ci:bot"] || ' +
        'request.userInfo.?groups.orValue([]).exists(g, g in ["robots"]))',
    );
    expect(expressions.get('exempt2')).to.equal("request.namespace.matches(r'^(?:there)$')");
    const violations = variables.filter(({ name }) => name.startsWith('violations'));
    const [, emptyTag, , blockedTags] = violations.map(({ expression }) => expression);
    expect(emptyTag).to.match(/^!\(variables\.selection in \[0, 2\]\) \? \[\] :\n/);
    expect(emptyTag).to.contain('|| variables.exempt2');
    expect(blockedTags).to.contain('"These tags \\"latest\\" are prohibited." + " Ask."');
    expect(blockedTags).not.to.contain('exempt2');
    for (const { messageExpression } of validations)
      expect(messageExpression).to.match(/\+ " Ask the platform team\."$/);
  });

  it('says a single layer without asking which', async () => {
    const { objects, stderr, stdout } = await run();
    expect(objects[0]!.spec.variables.map(({ name }) => name)).not.to.include('selection');
    expect(objects[0]!.spec.validations.map(({ messageExpression }) => messageExpression).join()).not.to.contain(
      '[0] +',
    );
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^# Made by .*\napiVersion: /);
  });

  it('asks for the first namespace override alone where there are no profiles', async () => {
    const { objects } = await run('namespaces: [{ names: [a], rules: { empty-tag: { action: off } } }]');
    expect(objects[0]!.spec.variables[0]).to.deep.equal({
      name: 'selection',
      expression: "request.namespace.matches(r'^(?:a)$') ? 1 :\n0",
    });
  });

  it('holds where the webhook asks and in its namespace, or where it is told', async () => {
    const exempt = { key: 'imagegate/disable-filtering', operator: 'NotIn', values: ['true'] };
    const key = 'kubernetes.io/metadata.name';
    const selectorOf = ({ objects }: { readonly objects: readonly Exported[] }) =>
      objects[0]!.spec.matchConstraints.namespaceSelector.matchExpressions;
    expect(selectorOf(await run())).to.deep.equal([exempt, { key, operator: 'NotIn', values: ['kube-system'] }]);
    const told = await run(undefined, { namespaces: ['a', 'b'] });
    expect(selectorOf(told)).to.deep.equal([exempt, { key, operator: 'In', values: ['a', 'b'] }]);
  });

  it('gives static manifests the names that they need', async () => {
    const { objects } = await run(undefined, { isStatic: true });
    expect(objects.map(({ metadata }) => metadata.name)).to.deep.equal([
      'imagegate-deny.static.k8s.io',
      'imagegate-deny.static.k8s.io',
    ]);
  });

  it('prints nothing that the API server could not evaluate', async () => {
    const images = Array.from({ length: 300 }, (_, index) => `gcr.io/acme/team-${index}/*`);
    const { code, stdout, stderr } = await run(
      JSON.stringify({ rules: { 'blocked-images': { action: 'deny', options: { images } } } }),
    );
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(
      /^Too large for the API server; .*:\n- blocked-images: \d+ characters, a cost of \d+ for 60 images\n$/,
    );
  });

  it('prints nothing of a policy that the gate would not use', async () => {
    const { code, stdout, stderr } = await run('x: 1');
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^The gate would not use the policy: one mistake\.\n/);
  });
});
