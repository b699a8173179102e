import { expect } from 'chai';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetPath, clusterAssets } from './build-assets.ts';

const all = ['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager'];

/** The notes that the fake go has made. */
async function callsOf(bin: string): Promise<string[]> {
  return (await readFile(join(bin, 'calls'), 'utf8')).trimEnd().split('\n');
}

describe('clusterAssets', () => {
  let root: string;
  let folder: string;
  const said: string[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'imagegate-assets-'));
    folder = join(root, 'built', 'bin');
    said.length = 0;
  });

  afterEach(() => rm(root, { recursive: true }));

  /** A go that answers with a version, writes the file that it should build, and notes how it was called. */
  async function fakeGo(version: string): Promise<string> {
    const bin = join(root, 'go-bin');
    await mkdir(bin, { recursive: true });
    const script = `#!/bin/sh
      [ "$1 $2" = 'env GOVERSION' ] && echo ${version} && exit
      echo "$CGO_ENABLED $GOTOOLCHAIN $GOWORK $*" >> '${bin}/calls'
      while [ "$1" != -o ]; do shift; done
      [ -z "$FAIL" ] && echo built > "$2"`;
    await writeFile(join(bin, 'go'), script);
    await chmod(join(bin, 'go'), 0o755);
    return bin;
  }

  const assets = (environment: Record<string, string>): Promise<string> =>
    clusterAssets({ environment, folder, progress: (line) => said.push(line) });

  it('takes the folder in KUBEBUILDER_ASSETS, without Go, and lets kube-controller-manager be missing', async () => {
    await Promise.all(all.slice(0, 3).map((name) => writeFile(join(root, name), '')));
    expect(await assets({ PATH: root, KUBEBUILDER_ASSETS: root })).to.equal(root);
    expect(said).to.deep.equal([]);
  });

  for (const missing of all.slice(0, 3)) {
    it(`names ${missing} if KUBEBUILDER_ASSETS lacks it`, async () => {
      await Promise.all(all.filter((name) => name !== missing).map((name) => writeFile(join(root, name), '')));
      expect(await assets({ PATH: root, KUBEBUILDER_ASSETS: root }).catch(String)).to.equal(
        `Error: ${root} has no ${missing}, and without it there is no cluster. Unset KUBEBUILDER_ASSETS to have it built.`,
      );
    });
  }

  it('says that Go is missing', async () => {
    expect(await assets({ PATH: root }).catch(String)).to.match(
      /^Error: The API server of the end-to-end tests is built with Go 1\.26 or newer, found no go on the PATH\. /,
    );
  });

  for (const [version, found] of [
    ['go1.25.9', 'Go 1.25'],
    ['go1.3', 'Go 1.3'],
  ] as const) {
    it(`refuses ${found}`, async () => {
      const error = await assets({ PATH: await fakeGo(version) }).catch(String);
      expect(error).to.contain(`with Go 1.26 or newer, found ${found}. Install Go`);
    });
  }

  for (const version of ['go1.26.0', 'go1.27rc1', 'go2.0', '"go1.26.8 X:nodwarf5"']) {
    it(`accepts ${version}`, async () => {
      expect(await assets({ PATH: await fakeGo(version) })).to.equal(folder);
    });
  }

  it('builds each program once, with the versions that kubectl needs, and says how it goes', async () => {
    const bin = await fakeGo('go1.26.8');
    expect(await assets({ PATH: bin })).to.equal(folder);
    const calls = await callsOf(bin);
    expect(calls).to.have.length(4);
    for (const [index, name] of all.entries()) {
      expect(calls[index]).to.match(/^0 local off build -trimpath -buildvcs=false -mod=readonly -ldflags -s -w -X /);
      expect(calls[index]).to.contain('/version.gitVersion=v1.37.2 ');
      expect(calls[index]).to.contain(` -o ${join(folder, name)} `);
      expect(said[index + 1]).to.match(new RegExp(`^  ${index + 1} of 4: ${name} built in \\d+\\.\\d s$`));
    }
    await assets({ PATH: bin });
    expect(await callsOf(bin)).to.have.length(4);
  });

  it('needs no Go once they are built', async () => {
    await assets({ PATH: await fakeGo('go1.26.8') });
    expect(await assets({ PATH: root })).to.equal(folder);
  });

  it('builds again if what they are built from has changed, or one is gone', async () => {
    const bin = await fakeGo('go1.26.8');
    await assets({ PATH: bin });
    await writeFile(join(folder, 'stamp'), 'of another go.mod');
    await assets({ PATH: bin });
    expect(await callsOf(bin)).to.have.length(8);
    await rm(join(folder, 'kubectl'));
    await assets({ PATH: bin });
    expect(await callsOf(bin)).to.have.length(12);
  });

  it('does not believe a build that failed', async () => {
    const bin = await fakeGo('go1.26.8');
    await assets({ PATH: bin });
    await rm(join(folder, 'etcd'));
    expect(await assets({ PATH: bin, FAIL: 'yes' }).catch(String)).to.match(/^Error: go build .* ended with code 1\.$/);
    await writeFile(join(folder, 'etcd'), 'half of it');
    await assets({ PATH: bin });
    expect(await readFile(join(folder, 'etcd'), 'utf8')).to.equal('built\n');
  });
});

describe('assetPath', () => {
  it('says why a program that is not there is needed', () => {
    const why = 'without it no controller makes pods';
    expect(() => assetPath('/nowhere', 'kube-controller-manager', why)).to.throw(
      '/nowhere has no kube-controller-manager, and without it no controller makes pods. Unset KUBEBUILDER_ASSETS',
    );
  });
});
