import { expect } from 'chai';
import { until } from '../until.ts';
import { reviews } from './metric.ts';
import { behindTheGate } from './shared-installation.ts';

describe('a gate that is told to end', () => {
  const suite = behindTheGate('drain');

  after(async () => {
    const { gate } = suite();
    // Where a test has failed, so that it alone does.
    await gate.stop();
    await gate.start();
  });

  it('answers all that comes until it closes', async () => {
    const { gate, cluster } = suite();
    const pod = { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'docker.io/nginx:1' }] } };
    const state = { ended: false, answered: 0 };
    const client = async (): Promise<string[]> => {
      const refusals: string[] = [];
      while (!state.ended) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { status, text } = await cluster.api.send('POST', '/api/v1/namespaces/drain/pods?dryRun=All', pod);
        if (status !== 201) refusals.push(text);
        state.answered += 1;
      }
      return refusals;
    };
    const clients = Promise.all([1, 2, 3, 4].map(client));
    await until(() => state.answered > 20, 'requests');

    gate.terminate();
    await until(async () => (await gate.ops('/readyz'))?.status === 503, 'the drain');
    const answered = state.answered;
    const judged = await reviews(gate);
    await until(() => state.answered > answered + 100, 'requests while it drains');
    expect(await reviews(gate)).to.be.greaterThan(judged + 50); // by this gate, and there is no other

    state.ended = true;
    expect((await clients).flat()).to.deep.equal([]);
    gate.terminate(); // the second signal skips the rest of the drain
    expect(await gate.end).to.equal('code 0');
    expect(gate.log().at(-1)).to.include({ msg: 'ImageGate stopped.' });
  });
});
