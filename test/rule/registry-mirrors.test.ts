import { expect } from 'chai';
import { DOCKER_HUB_HOSTS } from '../../src/image/docker-hub.ts';
import { parseReference } from '../../src/image/reference.ts';
import { registryMirrors } from '../../src/rule/registry-mirrors.ts';

describe('registryMirrors', () => {
  const mirrors = [{ registry: 'docker.io', mirror: 'mirror.example.com/hub' }];

  it('takes unqualified references for those of Docker Hub, unless they are untrusted', () => {
    const image = parseReference('nginx:1');
    const mirrored = 'mirror.example.com/hub/library/nginx:1';
    expect(registryMirrors(mirrors).mirrored(image)).to.equal(mirrored);
    expect(registryMirrors(mirrors, { unqualified: 'docker.io' }).mirrored(image)).to.equal(mirrored);
    expect(registryMirrors(mirrors, { unqualified: 'untrusted' }).mirrored(image)).to.equal(undefined);
  });

  for (const registry of DOCKER_HUB_HOSTS.flatMap((host) => [host, `${host}:443`])) {
    it(`has a mirror of Docker Hub for ${registry} too`, () => {
      expect(registryMirrors(mirrors).mirrored(parseReference(`${registry}/nginx:1`))).to.equal(
        'mirror.example.com/hub/library/nginx:1',
      );
    });
  }

  it('knows names that a plain object has by itself only if they are listed', () => {
    const image = parseReference('constructor:1/x');
    expect(registryMirrors(mirrors).mirrored(image)).to.equal(undefined);
    const named = registryMirrors([{ registry: 'constructor:1', mirror: 'm.io' }]);
    expect(named.mirrored(image)).to.equal('m.io/x');
  });
});
