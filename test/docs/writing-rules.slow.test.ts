import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment, packed } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';

const page = readFileSync(join(projectRoot, 'docs', 'writing-rules.md'), 'utf8');

describe('docs/writing-rules.md', () => {
  const steps = pageSteps(page);
  let above: string;
  let folder: string;

  before(async () => {
    above = await mkdtemp(join(tmpdir(), 'imagegate-writing-rules-'));
    // What the reader has already: the checkout with the package in it. What is packed is what these tests run.
    await mkdir(join(above, 'imagegate'));
    await packed(join(above, 'imagegate'));
    folder = join(above, 'rules');
    await mkdir(folder);
  });

  after(async () => rm(above, { recursive: true, force: true }));

  for (const step of steps) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => writeFile(join(folder, step.path), step.text, { flag: 'wx' }));
    } else if (step.needsCluster) {
      it(`${step.section}: ${step.line} (run by the end-to-end test)`, () => {
        expect(step.line).to.match(/^kubectl /);
      });
    } else {
      it(`${step.section}: ${step.line}`, async () => {
        // A developer's own settings of npm may be worth a warning to npm; they are not what the page is about.
        const npm = { npm_config_prefer_offline: 'true', npm_config_loglevel: 'error' };
        const env = { ...cleanEnvironment(), ...npm };
        const { code, output } = await runLine(step.line, { cwd: folder, env });
        expect(code, output).to.equal(0);
        if (step.output) expect(output).to.equal(step.output);
        if (step.line === 'node --test') expect(output).to.match(/^(?:#|ℹ) pass [1-9]/m);
      });
    }
  }

  it('has commands of both kinds, and files', () => {
    const commands = steps.filter((step) => 'line' in step);
    expect(commands.map(({ needsCluster }) => needsCluster)).to.include.members([true, false]);
    expect(steps.filter((step) => 'path' in step)).to.have.lengthOf(4);
  });

  it('says of the rule what its test says', () => {
    const kubectl = steps.find((step) => 'line' in step && step.output?.startsWith('Error from server') === true);
    expect(kubectl).to.have.property('output').that.includes('app image is made for debugging! ');
  });

  it('gets there in under 600 words, code and all', () => {
    const [journey = ''] = page.split('\n## What a rule sees\n');
    expect(journey.trim().split(/\s+/).length).to.be.within(200, 599);
  });

  it('names the package as npm pack does', async () => {
    const { scripts, version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
      version: string;
    };
    expect(page.match(/imagegate-[\d.]+\.tgz/g)).to.deep.equal(Array(2).fill(`imagegate-${version}.tgz`));
    expect(scripts['prepack']).to.equal('npm run build');
  });
});

describe('pageSteps', () => {
  const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

  it('knows files, commands, what they print, and what needs a cluster', () => {
    const markdown = [
      '## One',
      'Save this as `a/b.mjs`:\n',
      fence('js', 'export default 1;'),
      'Run:',
      fence('sh', 'npm test'),
      '<!-- needs a cluster -->\n',
      fence('console', '$ kubectl get pods\nNo resources found'),
      fence('sh', 'true'),
    ].join('\n');
    expect(pageSteps(markdown)).to.deep.equal([
      { path: 'a/b.mjs', text: 'export default 1;\n' },
      { line: 'npm test', section: 'One', output: undefined, needsCluster: false },
      { line: 'kubectl get pods', section: 'One', output: 'No resources found\n', needsCluster: true },
      { line: 'true', section: 'One', output: undefined, needsCluster: false },
    ]);
  });

  it('refuses code that goes nowhere', () => {
    expect(() => pageSteps(`Like so:\n${fence('js', 'x;')}`)).to.throw("A block in js has no file's name above it: x;");
  });
});
