import { expect } from 'chai';
import type { MetricObject } from 'prom-client';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { pages } from '../repository/links.ts';
import { codesIn, plain, readPage, rowsUnder } from './tables.ts';

/** What a metric has, as far as the types of prom-client leave it away. */
interface Registered extends MetricObject {
  readonly labelNames: readonly string[];
}

const metrics = createMetrics().registry.getMetricsAsArray() as unknown as readonly Registered[];
const rows = rowsUnder(readPage('docs/operations.md'), 'metric');

describe('the metrics in docs/operations.md', () => {
  it('are those of the registry, each with its labels and its type', () => {
    expect(rows.map(([name, type]) => [plain(name), type])).to.have.deep.members(
      metrics.map(({ name, labelNames, type }) => [
        labelNames.length === 0 ? name : `${name}{${labelNames.join()}}`,
        type,
      ]),
    );
  });

  for (const { name, help } of metrics) {
    it(`have for ${name} the help that a scrape has, and perhaps more`, () => {
      const [, , text] = rows.find(([first = '']) => /^`(\w+)/.exec(first)?.[1] === name) ?? [];
      expect(plain(text)).to.match(new RegExp(`^${help.replace(/\.$/, '').replaceAll(/[()[\].]/g, '\\$&')}[.,:]`));
    });
  }

  it('have the values of labels that are known beforehand', async () => {
    const text = await createMetrics().registry.metrics();
    for (const label of ['verdict', 'result', 'identity', 'outcome']) {
      const known = [...text.matchAll(new RegExp(`[{,]${label}="(\\w+)"`, 'g'))].map(([, value]) => value);
      const row = rows.find(([name = '']) => new RegExp(`[{,]${label}[,}]`).test(name));
      expect(codesIn(row?.[2]), label).to.deep.equal([...new Set(known)]);
    }
  });

  it('are all that any page speaks of but those of the past', () => {
    const names = new Set(metrics.map(({ name }) => name));
    const ofNow = pages().filter((page) => page !== 'CHANGELOG.md' && !page.startsWith('docs/decisions/'));
    const spoken = ofNow.flatMap((page) => readPage(page).match(/\bimagegate_\w+/g) ?? []);
    expect(spoken.length).to.be.above(metrics.length);
    expect(spoken.filter((name) => !names.has(name))).to.deep.equal([]);
  });
});
