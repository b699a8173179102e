import { expect } from 'chai';
import { parseReference } from '../../src/image/reference.ts';
import { registryMirrors } from '../../src/rule/registry-mirrors.ts';

describe('registryMirrors', () => {
  const mirrors = [{ registry: 'docker.io', mirror: 'mirror.example.com/hub' }];

  it('says nothing of unqualified references, unless they are those of Docker Hub', () => {
    const image = parseReference('nginx:1');
    expect(registryMirrors(mirrors).mirrored(image)).to.equal(undefined);
    expect(registryMirrors(mirrors, { unqualified: 'untrusted' }).mirrored(image)).to.equal(undefined);
    expect(registryMirrors(mirrors, { unqualified: 'docker.io' }).mirrored(image)).to.equal(
      'mirror.example.com/hub/library/nginx:1',
    );
  });

  it('takes the default port for part of the registry, unless it is dropped', () => {
    const image = parseReference('docker.io:443/nginx:1');
    expect(registryMirrors(mirrors).mirrored(image)).to.equal(undefined);
    expect(registryMirrors(mirrors, { defaultPort: 'kept' }).mirrored(image)).to.equal(undefined);
    expect(registryMirrors(mirrors, { defaultPort: 'dropped' }).mirrored(image)).to.equal(
      'mirror.example.com/hub/library/nginx:1',
    );
    const both = [...mirrors, { registry: 'docker.io:443', mirror: 'm.io' }];
    expect(registryMirrors(both).mirrored(image)).to.equal('m.io/nginx:1');
  });

  it('knows names that a plain object has by itself only if they are listed', () => {
    const image = parseReference('constructor:1/x');
    expect(registryMirrors(mirrors).mirrored(image)).to.equal(undefined);
    const named = registryMirrors([{ registry: 'constructor:1', mirror: 'm.io' }]);
    expect(named.mirrored(image)).to.equal('m.io/x');
  });
});
