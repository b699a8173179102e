import { expect } from 'chai';
import { Histogram, Registry } from 'prom-client';
import { countDurations } from '../../../src/gate/telemetry/durations.ts';

describe('countDurations', () => {
  it("tells what prom-client's own histogram tells", async () => {
    const bounds = [0.001, 0.01, 0.1];
    const [ours, theirs] = [new Registry(), new Registry()];
    const count = countDurations(ours, 'x_seconds', 'Durations.', bounds);
    const histogram = new Histogram({ name: 'x_seconds', help: 'Durations.', buckets: bounds, registers: [theirs] });
    histogram.zero({});
    expect(await ours.metrics()).to.equal(await theirs.metrics());
    for (const seconds of [0, 0.001, 0.0011, 0.01, 0.05, 0.05, 0.1, 7]) {
      count(seconds);
      histogram.observe(seconds);
    }
    const text = await ours.metrics();
    expect(text).to.equal(await theirs.metrics());
    expect(text).to.include('x_seconds_bucket{le="0.1"} 7\n').and.to.include('x_seconds_count 8\n');
  });
});
