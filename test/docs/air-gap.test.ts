import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { notShipped } from '../deploy/manifests.ts';
import { projectRoot } from '../project-root.ts';
import { readPage } from './tables.ts';

describe('docs/air-gap.md', () => {
  it('has the image that the Dockerfile builds on, and how often that is named', () => {
    const bases = [...readPage('Dockerfile').matchAll(/^FROM (?:--\S+ )?(\S+)/gm)].map(([, image]) => image);
    expect(new Set(bases).size).to.equal(1);
    expect(bases).to.have.length(3);
    expect(readPage('docs/air-gap.md'))
      .to.include(`\`${bases[0]}\``)
      .and.include("the Dockerfile's three `FROM` lines");
  });

  it('is right that the cluster pulls one image: no manifest has another', () => {
    const files = readdirSync(join(projectRoot, 'deploy'), { recursive: true, encoding: 'utf8' });
    const images = files
      .filter((file) => file.endsWith('.yaml') && !notShipped.test(file))
      .flatMap((file) => [...readPage(join('deploy', file)).matchAll(/^ *(?:- )?image: *(\S+)/gm)])
      .map(([, image = '']) => image.replace(/:[^/]*$/, ''));
    expect([...new Set(images)]).to.deep.equal(['registry.example.com/imagegate-webhook']);
  });
});
