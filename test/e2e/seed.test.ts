import { expect } from 'chai';
import { until } from '../until.ts';
import { behindTheGate } from './shared-installation.ts';

/*
 * The commands of the README that ImageGate began with, and what they print, written out: the first and the second
 * have two sentences now, where the seed stopped at the first.
 */
describe('the README of the seed', () => {
  const suite = behindTheGate('seed');

  it('denies an image without a tag', async () => {
    expect(await suite().kubectl(['run', 'nginx', '--image=nginx'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'Error from server: admission webhook "com.imagegate.webhook" denied the request: ' +
        'nginx image has no tag! (nginx). Only images with tags are allowed.\n' +
        'nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.\n',
    });
  });

  it('denies an image from an untrusted registry', async () => {
    expect(await suite().kubectl(['run', 'nginx', '--image=nginx:latest'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'Error from server: admission webhook "com.imagegate.webhook" denied the request: ' +
        'nginx image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed.\n' +
        'nginx image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited.\n',
    });
  });

  it('denies a tag that is not allowed', async () => {
    expect(await suite().kubectl(['run', 'nginx', '--image=docker.io/nginx:latest'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'Error from server: admission webhook "com.imagegate.webhook" denied the request: ' +
        'nginx image has a non-allowed tag! (docker.io/nginx:latest). These tags "staging,latest" are prohibited.\n',
    });
  });

  it('admits an image with nothing wrong', async () => {
    expect(await suite().kubectl(['run', 'nginx', '--image=docker.io/nginx:1.20'])).to.deep.equal({
      code: 0,
      stdout: 'pod/nginx created\n',
      stderr: '',
    });
  });

  it('judges nothing in a namespace with the label, and everything again without it', async () => {
    const kubectl = async (args: readonly string[]) => suite().cluster.kubectl(args);
    const namespace = 'development';
    const run = ['run', 'nginx', '--image=nginx:latest', '--namespace', namespace, '--dry-run=server'];
    await kubectl(['create', 'namespace', namespace]);
    try {
      expect(await kubectl(run)).to.include({ code: 1 });
      const label = ['label', 'namespace', namespace];
      expect(await kubectl([...label, 'imagegate/disable-filtering=true'])).to.include({ code: 0 });
      // The API server sees a namespace's labels through a cache of its own, a moment late.
      await until(async () => (await kubectl(run)).code === 0, 'the label to work');
      expect(await kubectl(run)).to.deep.equal({ code: 0, stdout: 'pod/nginx created (server dry run)\n', stderr: '' });
      expect(await kubectl([...label, 'imagegate/disable-filtering=false', '--overwrite'])).to.include({ code: 0 });
      await until(async () => (await kubectl(run)).code === 1, 'another value not to work');
    } finally {
      await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    }
  });
});
