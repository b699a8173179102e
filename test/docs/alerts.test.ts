import { expect } from 'chai';
import { ALERTS } from '../prometheus/alerts.ts';
import { plain, readPage } from './tables.ts';

const BASE = 'https://docs.example.com/imagegate/operations.md#';

/** What stands under each heading of the chapter. */
const [, chapter = ''] = /^## Alerts\n([^]*?)^## /m.exec(readPage('docs/operations.md')) ?? [];
const sections = [...chapter.matchAll(/^### (.*)\n\n([^]*?)(?=^### |$(?![^]))/gm)].map(([, name = '', text = '']) => ({
  name,
  text: plain(text),
}));

describe('the alerts in docs/operations.md', () => {
  it('are those of deploy/monitoring, in their order', () => {
    expect(sections.map(({ name }) => name)).to.deep.equal(ALERTS.map(({ alert }) => alert));
    expect(sections.length).to.be.above(8);
  });

  for (const { alert, annotations } of ALERTS) {
    it(`say of ${alert} what it means, as it does itself, and then what to do`, () => {
      const { text = '' } = sections.find(({ name }) => name === alert) ?? {};
      expect(text.startsWith(`${annotations.summary} `), text).to.equal(true);
      expect(text.length).to.be.above(annotations.summary.length + 80);
      expect(annotations.description).to.have.length.above(20);
    });

    it(`are where ${alert} leads`, () => {
      expect(annotations.runbook_url).to.equal(`${BASE}${alert.toLowerCase()}`);
    });
  }
});
