import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SETTINGS } from '../../src/gate/settings.ts';
import { flatKeys } from '../../src/policy/flat-keys.ts';
import { projectRoot } from '../project-root.ts';
import { runImagegate } from '../gate-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BUILT_IN } from '../ruleset.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

describe('imagegate', () => {
  const folder = temporaryFolder();

  for (const args of [['--help'], ['serve', '--help'], ['help', 'serve']]) {
    it(`explains every variable of the environment: ${args.join(' ')}`, async () => {
      const help = runImagegate({ args });
      expect(await help.ended).to.equal(0);
      for (const { name, byDefault } of SETTINGS) {
        expect(help.stdout()).to.match(new RegExp(`^ {2}${name} +\\w.* \\(default: ${byDefault}\\)$`, 'm'));
      }
      for (const key of [...flatKeys(BUILT_IN).keys(), 'RULE_<NAME>', 'ENFORCEMENT'])
        expect(help.stdout()).to.match(new RegExp(`^ {2}${key} +\\w.* \\(default: \\w.*\\)$`, 'm'));
      expect(help.stdout().match(/^Environment:$/gm)).to.have.lengthOf(1);
    });
  }

  it('says what each command does', async () => {
    const help = runImagegate({ args: ['--help'] });
    expect(await help.ended).to.equal(0);
    for (const what of [
      'serve +Run the webhook',
      'test-policy .*<file-or-folder> +Try a policy',
      'test-rules .*<folder> +Try the rule files',
      'check .*<path...> +Judge manifests',
      'explain .*\\[image...\\] +Explain the verdicts',
      'policy .* +Print what holds',
      'certificates .* +Make and renew',
      'diff .*<old> <new> \\[path...\\] +Tell what a change of policy',
      'learn .*\\[path...\\] +Print the smallest policy',
      'import .*<path...> +Write a policy.yaml',
      'export +Print the policy in the form',
      'completion .*<shell> +Print a script',
      'doctor .*\\[log...\\] +Look for what is wrong',
      'audit .*\\[path...\\] +Judge what runs',
    ])
      expect(help.stdout()).to.match(new RegExp(`^ {2}${what}`, 'm'));
  });

  it('says its version', async () => {
    const gate = runImagegate({ args: ['--version'] });
    expect(await gate.ended).to.equal(0);
    expect(gate.stdout()).to.equal(`${version}\n`);
  });

  it('says it by the command that the template of an issue asks for', () => {
    const template = readFileSync(join(projectRoot, '.github', 'ISSUE_TEMPLATE', 'wrong-verdict.md'), 'utf8');
    const [, command = ''] = /^kubectl .* -- node (.+)$/m.exec(template) ?? [];
    const { stdout } = spawnSync(process.execPath, command.split(' '), { cwd: projectRoot, encoding: 'utf8' });
    expect(stdout).to.equal(`${version}\n`);
  });

  for (const args of [['--port=3000'], ['server'], ['serve', 'now']]) {
    it(`refuses ${args.join(' ')}, and shows the help`, async () => {
      const gate = runImagegate({ args });
      expect(await gate.ended).to.equal(1);
      expect(gate.stderr())
        .to.match(/^error: /)
        .and.to.contain('Environment:');
      expect(gate.stdout()).to.equal('');
    });
  }

  it('knows a misspelt command as one, and says which was meant', async () => {
    const gate = runImagegate({ args: ['chek', 'pod.yaml'] });
    expect(await gate.ended).to.equal(1);
    expect(gate.stderr()).to.match(/^error: unknown command 'chek'\n\(Did you mean check\?\)\n/);
  });

  it('tries policies and rules, each with the other', async () => {
    const [policy, rules] = [join(folder.path, 'x.yaml'), join(folder.path, 'rules')];
    await mkdir(rules);
    await writeFile(policy, 'rules: { a-b: { action: warn } }\n');
    await writeFile(
      join(rules, 'a-b.mjs'),
      "export default { meta: { name: 'a-b', description: 'X.' }, check() {} };\n",
    );
    for (const [args, code, said] of [
      [['test-policy', policy, '--rules', rules], 0, '\n    a-b: { action: warn }\n'],
      [['test-policy', policy], 1, '[rule-unknown]'],
      [['test-rules', rules, '--policy', policy], 0, '\n  a-b: X. (at most '],
      [['test-rules', folder.path], 1, '[rules-folder-empty]'],
      [['test-rules'], 1, "error: missing required argument 'folder'"],
    ] as const) {
      const run = runImagegate({ args });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(code === 0 ? run.stdout() : run.stderr()).to.include(said);
    }
  });

  it('tests a policy from its standard input, and tells by its exit code what is wrong', async () => {
    const cases = join(folder.path, 'cases.yaml');
    await writeFile(cases, '- { image: quay.io/a:1, profile: prod, deniedBy: [] }\n');
    const prod =
      '{ ALLOWED_REGISTRIES: quay.io, policy.yaml: "profiles: { prod: { rules: { require-digest: { action: deny } } } }" }';
    const manifest = (data: string) =>
      `{ kind: ConfigMap, metadata: { name: imagegate-webhook-config }, data: ${data} }`;
    const images = ['--image', 'quay.io/a:1', 'quay.io/b:1'];
    const digest = 'app image has no digest! (quay.io/a:1). Only images with digests are allowed.';
    for (const [args, stdin, code, said] of [
      [[], manifest('{}'), 0, 'The gate would use the policy on the standard input.\n\nEverywhere:\n\n  rules:\n'],
      [[], manifest('{ X: y }'), 1, 'The gate would not use the policy on the standard input: one mistake.\n'],
      [
        images,
        manifest(prod),
        0,
        'quay.io/a:1 in the namespace default: allowed.\nquay.io/b:1 in the namespace default: allowed.\n',
      ],
      [
        [...images, '--namespace', 'n', '--profile', 'prod'],
        manifest(prod),
        0,
        `quay.io/a:1 in the namespace n, with the profile prod: denied.\n  ${digest}\n`,
      ],
      [['--cases', cases], manifest(prod), 1, `\n  + denied by require-digest: ${digest}\n`],
      [['--cases', cases], manifest('{}'), 2, '[0].profile: expected one of unknown, found "prod". '],
      [
        ['--cases', cases, '--image', 'x'],
        '',
        2,
        "error: option '--cases <file>' cannot be used with option '--image <image...>'\n",
      ],
      [['--profile', 'prod'], '', 2, 'error: --namespace and --profile need --image\n'],
      [
        ['--namespace', 'n', '--cases', cases],
        '',
        2,
        "error: option '--cases <file>' cannot be used with option '--namespace <name>'\n",
      ],
      [['x'], '', 2, 'error: too many arguments'],
      [['--help'], '', 0, 'Usage: imagegate test-policy [options] <file-or-folder>\n'],
    ] as const) {
      const run = runImagegate({ args: ['test-policy', '-', ...args], stdin });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(run.stdout() + run.stderr()).to.include(said);
    }
  });

  it('checks manifests from its standard input, and tells by its exit code what is wrong', async () => {
    const pod = (image: string) => `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"${image}"}]}}\n`;
    for (const [args, stdin, code, said] of [
      [['-'], pod('docker.io/a:1'), 0, '0 denied, 1 allowed.\n'],
      [
        ['-', '--format', 'github'],
        pod('docker.io/a'),
        1,
        '::error file=standard input,line=1,col=64,title=empty-tag::Pod default: ',
      ],
      [['-'], '{', 2, 'standard input:1:2: expected YAML 1.2, found '],
      [
        ['-', '--format', 'xml'],
        '',
        2,
        "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are text, json, junit, sarif, github.\n",
      ],
      [['-', '--policy', '-'], '', 2, 'error: the standard input cannot be both\n'],
      [['-', '--fix'], '', 2, 'error: the standard input cannot be fixed\n'],
      [[], '', 2, "error: missing required argument 'path'\n"],
      [['--help'], '', 0, '\nExamples:\n  imagegate check '],
    ] as const) {
      const run = runImagegate({ args: ['check', ...args], stdin });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(run.stdout() + run.stderr()).to.include(said);
    }
  });

  it('explains images and a policy, and tells by its exit code whether it could', async () => {
    const pod =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop"},"spec":{"containers":[{"image":"nginx"}]}}';
    const policy = 'rules: { empty-tag: { action: off }, registry-allowlist: { action: off } }';
    for (const [args, stdin, code, said] of [
      [['explain', 'nginx'], '', 1, 'nginx in the namespace default: denied.\n'],
      [['explain', 'nginx', '-n', 'a', '--user', 'ann', '--policy', '-'], policy, 0, 'namespace a, by ann: allowed.\n'],
      [['explain', 'nginx', '--policy', '-', '--format', 'json'], policy, 0, '"verdict": "allowed"'],
      [['explain', 'nginx', '--policy', '-'], 'x: 1', 2, '[policy-yaml-invalid]'],
      [['explain', 'nginx', '--format', 'xml'], '', 2, 'Allowed choices are text, json.'],
      [['explain', '-f', '-', '--policy', '-'], '', 2, 'error: the standard input cannot be both'],
      [['explain', '-f', '-'], pod, 1, 'nginx in the namespace shop: denied.\n'],
      [['explain', '-f', 'nowhere'], '', 2, 'Not all was read: one mistake.'],
      [['explain'], '', 2, "error: missing required argument 'image'"],
      [['explain', '--help'], '', 0, '\nExamples:\n  imagegate explain nginx\n'],
      [['policy', '--policy', '-', '--profile', 'p'], policy, 0, '\n\nIn the namespace default, with the profile p:\n'],
      [['policy', '--policy', '-', '--rules', 'nowhere'], policy, 2, '[rules-folder-unreadable]'],
      [['policy', 'x'], '', 2, 'error: too many arguments'],
      [['policy', '--help'], '', 0, '\nExample:\n  imagegate policy '],
      [['export', 'vap', '--policy', '-', '--static'], policy, 0, '\n  name: imagegate-deny.static.k8s.io\n'],
      [['export', 'vap', '--namespaces', 'a', 'b'], '', 0, '            - a\n            - b\n'],
      [['export', 'vap', '--policy', '-'], 'x: 1', 2, '[policy-yaml-invalid]'],
      [['export', 'vap', '--help'], '', 0, '\nExamples:\n  imagegate export vap '],
      [['export', 'x'], '', 2, "error: unknown command 'x'"],
    ] as const) {
      const run = runImagegate({ args, stdin });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(run.stdout() + run.stderr()).to.include(said);
    }
  });

  it('compares policies and learns one, and tells by its exit code whether it could', async () => {
    const pod = (image: string) => `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"${image}"}]}}\n`;
    const path = (name: string) => join(folder.path, name);
    await writeFile(path('old.yaml'), 'rules: { empty-tag: { action: off } }\n');
    await writeFile(path('new.yaml'), 'rules: { a-b: { action: warn } }\n');
    await writeFile(path('pod.yaml'), pod('docker.io/a'));
    await mkdir(path('rules'));
    const rule = "export default { meta: { name: 'a-b', description: 'X.' }, check() {} };\n";
    await writeFile(join(path('rules'), 'a-b.mjs'), rule);
    await mkdir(path('others'));
    await writeFile(join(path('others'), 'c-d.mjs'), rule.replace('a-b', 'c-d'));
    const [old, now, manifest, rules] = ['old.yaml', 'new.yaml', 'pod.yaml', 'rules'].map(path) as [
      string,
      string,
      string,
      string,
    ];
    for (const [args, stdin, code, said] of [
      [['diff', old, '-', manifest], '', 1, '1 newly denied, 0 newly allowed; 1 object compared.\n'],
      [['diff', '-', old, manifest, '-n', 'a', '--format', 'json'], '', 0, '"owner": "Pod a"'],
      [['diff', old, now, '-', '--rules', rules], pod('docker.io/a:1'), 0, '0 newly denied, 0 newly allowed; '],
      [['diff', old, now, manifest], '', 2, '[rule-unknown]'],
      [['diff', now, old, manifest, '--rules', path('others'), '--old-rules', rules], '', 0, '0 newly denied, 1 newly'],
      [['diff', old, '-', '-'], '', 2, 'error: the standard input can be only one of them\n'],
      [['diff', old, now], '', 2, 'error: name either files or --cluster\n'],
      [['diff', old, now, manifest, '--cluster'], '', 2, 'error: name either files or --cluster\n'],
      [['diff', old], '', 2, "error: missing required argument 'new'\n"],
      [['diff', old, old, '--cluster', '--kubeconfig', path('none')], '', 2, 'none: expected '],
      [['learn', '--cluster', '--kubeconfig', path('none')], '', 2, 'none: expected '],
      [['diff', old, now, manifest, '--format', 'xml'], '', 2, 'Allowed choices are text, json, markdown.'],
      [['diff', '--help'], '', 0, '\nExamples:\n  git show main:policy.yaml | imagegate diff '],
      [['learn', '-', '-n', 'a'], pod('quay.io/a/b:1'), 0, '\n        - quay.io/a/b # Pod a\n'],
      [['learn', '-'], pod('NGINX'), 1, '1 image of 1 workload that no policy admits: NGINX\n'],
      [['learn', manifest, '--policy', old], '', 0, '\n        - docker.io/library/a # Pod default\n'],
      [['learn', '-', '--policy', '-'], '', 2, 'error: the standard input cannot be both\n'],
      [['learn', '-'], '', 2, 'Not all was read: one mistake.\n'],
      [['learn'], '', 2, 'error: name either files or --cluster\n'],
      [['learn', '--help'], '', 0, '\nExamples:\n  imagegate learn '],
    ] as const) {
      const run = runImagegate({ args, stdin });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(run.stdout() + run.stderr()).to.include(said);
    }
  });

  it('imports policies from its standard input, and tells by its exit code what is left out', async () => {
    const constraint = (rest: string) =>
      `{"apiVersion":"constraints.gatekeeper.sh/v1","kind":"K8sImageDigests","metadata":{"name":"c"},"spec":{${rest}}}`;
    for (const [args, stdin, code, said] of [
      [['-'], constraint('"enforcementAction":"warn"'), 0, '    action: warn\n'],
      [['-'], constraint('"a":1,"enforcementAction":"warn"'), 1, 'K8sImageDigests c is left out'],
      [['-'], '{', 2, 'standard input:1:2: expected YAML 1.2, found '],
      [[], '', 2, "error: missing required argument 'path'\n"],
      [['--help'], '', 0, '\nExamples:\n  imagegate import '],
    ] as const) {
      const run = runImagegate({ args: ['import', ...args], stdin });
      // oxlint-disable-next-line no-await-in-loop -- a processor has enough to do with one
      expect(await run.ended, args.join(' ')).to.equal(code);
      expect(run.stdout() + run.stderr()).to.include(said);
    }
  });

  it('starts by npm start', async () => {
    const { stdout } = await promisify(execFile)('npm', ['--silent', 'start', '--', '--version'], { cwd: projectRoot });
    expect(stdout).to.equal(`${version}\n`);
  });
});
