import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import type { Instruction, Stage } from './dockerfile.ts';
import { isLetThrough, stages } from './dockerfile.ts';
import { at, manifest } from './manifests.ts';
import { projectRoot } from '../project-root.ts';

const [build, dependencies, image] = stages() as [Stage, Stage, Stage];
const packageJson = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};
/** What `npm run build` runs after the compiler. */
const buildScripts = [...packageJson.scripts['build']!.matchAll(/node (build\S+)/g)].map(([, script]) => script!);
const deployment = manifest('deployment.yaml', 'Deployment');
const container = ['spec', 'template', 'spec', 'containers', 0] as const;

const of = (stage: Stage, name: string): Instruction[] => stage.instructions.filter((one) => one.name === name);
const only = (stage: Stage, name: string): string => {
  const found = of(stage, name);
  expect(found, name).to.have.length(1);
  return found[0]?.text ?? '';
};

/** All files below a folder, by their path from it, without those of node_modules. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('node_modules/'));

describe('Dockerfile', () => {
  it('has three stages on Node 24, whose registry is written', () => {
    expect(stages()).to.have.length(3);
    expect([build.name, dependencies.name, image.name]).to.deep.equal(['build', 'dependencies', undefined]);
    for (const stage of stages()) expect(stage.base).to.equal('docker.io/library/node:24-bookworm-slim');
  });

  it('makes what runs on any platform on the builder, and takes nothing there that is for one platform', () => {
    expect(stages().map(({ flags }) => flags)).to.deep.equal([
      ['--platform=$BUILDPLATFORM'],
      ['--platform=$BUILDPLATFORM'],
      [],
    ]);
    const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; os?: unknown; cpu?: unknown; hasInstallScript?: boolean }>;
    };
    const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    expect(production.length).to.be.above(30);
    const bound = production.filter(([, { os, cpu, hasInstallScript }]) => os ?? cpu ?? hasInstallScript);
    expect(bound).to.deep.equal([]);
    const native = production.flatMap(([path]) =>
      readdirSync(join(projectRoot, path), { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.node'),
      ),
    );
    expect(native).to.deep.equal([]);
  });

  it('installs exactly what package-lock.json says, and for the image only what production needs', () => {
    for (const stage of [build, dependencies]) {
      const [first, second] = stage.instructions.filter((one) => ['COPY', 'RUN'].includes(one.name));
      expect(first?.words).to.deep.equal(['package.json', 'package-lock.json', '.npmrc', './']);
      expect(second?.name).to.equal('RUN');
    }
    expect(of(build, 'RUN').map((one) => one.text)).to.deep.equal([
      'npm ci',
      'npm run build && chmod 644 package.json',
    ]);
    expect(of(dependencies, 'RUN').map((one) => one.text)).to.deep.equal(['npm ci --omit=dev --ignore-scripts']);
  });

  it('runs nothing in the image, and takes no file from outside the two stages', () => {
    expect(of(image, 'RUN')).to.deep.equal([]);
    const known = new Set(['WORKDIR', 'ENV', 'COPY', 'USER', 'EXPOSE', 'ENTRYPOINT']);
    expect(image.instructions.filter((one) => !known.has(one.name))).to.deep.equal([]);
    for (const copy of of(image, 'COPY')) {
      expect(copy.flags).to.have.length(1);
      expect(copy.flags[0]).to.be.oneOf(['--from=build', '--from=dependencies']);
    }
  });

  it('starts Node as PID 1, so that it gets the signals, with the program of package.json', () => {
    const entrypoint = JSON.parse(only(image, 'ENTRYPOINT')) as string[];
    expect(entrypoint).to.deep.equal(['node', packageJson.bin['imagegate']]);
    expect(of(image, 'CMD')).to.deep.equal([]);
  });

  it('runs as the user of the Deployment, by number', () => {
    const user = at(deployment, ['spec', 'template', 'spec', 'securityContext']);
    expect(only(image, 'USER')).to.equal(`${String(at(user, ['runAsUser']))}:${String(at(user, ['runAsGroup']))}`);
    expect(only(image, 'USER')).to.match(/^[1-9][0-9]+:[1-9][0-9]+$/);
  });

  it('exposes the ports of the Deployment', () => {
    const ports = at(deployment, [...container, 'ports']) as { containerPort: number }[];
    expect(only(image, 'EXPOSE')).to.equal(ports.map((port) => port.containerPort).join(' '));
  });

  it('works in the folder below which the Deployment mounts the certificates', () => {
    for (const stage of stages()) expect(only(stage, 'WORKDIR')).to.equal('/app');
    expect(at(deployment, [...container, 'volumeMounts', 'certificates', 'mountPath'])).to.equal('/app/certs');
  });

  it('is for production, and leaves the rest of the environment to the Deployment', () => {
    expect(only(image, 'ENV')).to.equal('NODE_ENV=production');
  });

  describe('with .dockerignore', () => {
    const wanted = [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'tsconfig.json',
      'src/main.ts',
      'src/gate/server.ts',
      'rules/empty-tag.ts',
      'schemas/admission-review.schema.json',
      'scripts/metering/meter-module.ts',
    ];
    for (const path of wanted) it(`lets ${path} through`, () => expect(isLetThrough(path)).to.equal(true));

    const unwanted = [
      'node_modules/koa/package.json',
      '.git/config',
      '.env',
      '.cluster/bin/kubectl',
      'build/src/main.js',
      'certs/server.key',
      'deploy/ca.key',
      'deploy/ca.crt',
      'deploy/secret.yaml',
      'deploy/webhook-with-ca.yaml',
      'deploy/mutating-webhook-with-ca.yaml',
      'deploy/.certificates.new/ca.key',
      'Dockerfile',
      'test/e2e/cluster.ts',
      'src/server.key',
      'src/gate/certs/server.crt',
      'rules/ca.pem',
      'coverage/index.html',
    ];
    for (const path of unwanted) it(`keeps ${path} out`, () => expect(isLetThrough(path)).to.equal(false));
  });

  // No container engine is needed for what follows: the steps of the stages, done by hand in a folder.
  describe('done by hand', () => {
    let folder: string;
    let app: string;
    const inImage = (path: string): string => join(folder, 'image', path);

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'imagegate-image-'));
      app = join(folder, 'build');
      for (const copy of of(build, 'COPY')) {
        const target = copy.words.at(-1) ?? '';
        for (const source of copy.words.slice(0, -1)) {
          expect(existsSync(join(projectRoot, source)), `COPY ${source}`).to.equal(true);
          cpSync(join(projectRoot, source), join(app, target, target.endsWith('/') ? basename(source) : ''), {
            recursive: true,
            filter: (from) => isLetThrough(relative(projectRoot, from).replaceAll('\\', '/')),
          });
        }
      }
      // `npm ci` and `npm run build`, without npm: the packages are those that are installed here.
      symlinkSync(join(projectRoot, 'node_modules'), join(app, 'node_modules'), 'junction');
      for (const script of ['node_modules/typescript/bin/tsc', ...buildScripts]) {
        const run = spawnSync(process.execPath, [script], { cwd: app, encoding: 'utf8' });
        expect(run.stdout + run.stderr).to.equal('');
        expect(run.status).to.equal(0);
      }
      for (const copy of of(image, 'COPY').filter((one) => one.flags[0] === '--from=build')) {
        const [source = '', target = ''] = copy.words;
        const from = join(app, relative('/app', source));
        expect(existsSync(from), `COPY ${source}`).to.equal(true);
        cpSync(from, inImage(target), { recursive: true });
      }
    });

    after(() => rmSync(folder, { recursive: true, force: true }));

    it('the image holds the program, every rule and every schema, and no test', () => {
      const files = filesBelow(inImage('.'));
      expect(files).to.include('package.json');
      expect(files).to.include(packageJson.bin['imagegate']);
      for (const rule of readdirSync(join(projectRoot, 'rules'))) {
        expect(files).to.include(`build/rules/${rule.replace(/\.ts$/, '.js')}`);
      }
      for (const schema of filesBelow(join(app, 'build', 'schemas')))
        expect(files).to.include(`build/schemas/${schema}`);
      expect(files).to.include('build/schemas/admission-review.schema.json');
      for (const made of ['engine.wasm', 'rule.picture', 'options.picture'])
        expect(files).to.include(`build/src/sandbox/${made}`);
      expect(files.filter((path) => !/^(package\.json|build\/(src|rules|schemas)\/.*)$/.test(path))).to.deep.equal([]);
    });

    it('whatever the program imports is in the image: its own files, and packages that production has', () => {
      const missing: string[] = [];
      const scripts = filesBelow(inImage('.')).filter((path) => path.endsWith('.js'));
      expect(scripts.length).to.be.greaterThan(10);
      for (const script of scripts) {
        const text = readFileSync(inImage(script), 'utf8');
        for (const [, specifier = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"\n\\]+)['"]/g)) {
          const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
          const isThere = specifier.startsWith('.')
            ? existsSync(resolve(dirname(inImage(script)), specifier))
            : specifier.startsWith('node:') ||
              builtinModules.includes(specifier) ||
              name === 'imagegate' ||
              name in packageJson.dependencies;
          if (!isThere) missing.push(`${script}: ${specifier}`);
        }
      }
      expect(missing).to.deep.equal([]);
    });
  });
});
