import { expect } from 'chai';
import { pod, podSpec, deployment } from './objects.ts';
import { ascii, REFERENCE_ROWS } from './reference-rows.ts';
import { about, done, notCreated, notValid, refused, workloadWebhook } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

describe('references', () => {
  const suite = behindTheGate('references');

  for (const { image, printed = image, sentences, why } of REFERENCE_ROWS) {
    const expected = sentences('c0', printed);
    const title = printed.length > 100 ? `${printed.slice(0, 60)}…` : printed;
    it(`${title} ${expected.length === 0 ? 'passes' : 'is denied'}: ${why}`, async () => {
      const result = await suite().dryRun(pod('x', podSpec(image)));
      const created = done('pod/x created (server dry run)');
      expect(result).to.deep.equal(expected.length === 0 ? created : notCreated(about('Pod references/x', expected)));
    });
  }

  it('blanks around one are never trimmed, where the API server lets them in: in templates', async () => {
    const image = ' docker.io/nginx:1';
    const result = await suite().dryRun(deployment('x', podSpec(image)));
    expect(result).to.deep.equal(
      notCreated(about('Deployment references/x', [notValid('c0', image, ascii)]), workloadWebhook),
    );
    expect((await suite().dryRun(pod('x', podSpec(image)))).stderr).to.contain(
      'spec.containers[0].image: Invalid value: " docker.io/nginx:1": must not have leading or trailing whitespace',
    );
  });

  it('an empty one never comes to the gate: the API server itself refuses it', async () => {
    expect(await suite().dryRun(pod('x', podSpec('')))).to.deep.equal(
      refused('The Pod "x" is invalid: spec.containers[0].image: Required value'),
    );
    const volumes = [{ name: 'v', image: { reference: '' } }];
    expect(await suite().dryRun(deployment('x', { ...podSpec('docker.io/x:1'), volumes }))).to.deep.equal(
      refused('The Deployment "x" is invalid: spec.template.spec.volumes[0].image.reference: Required value'),
    );
  });
});
