import { expect } from 'chai';
import { DIFF_REPORTS } from '../../../src/cli/diff/diff-reports.ts';
import type { Change } from '../../../src/cli/diff/policy-changes.ts';

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a' };

const change = (parts: Partial<Change> & { readonly said?: string } = {}): Change => {
  const text = parts.said ?? 'a image is bad! (gcr.io/a). Use b.';
  const location = { source: { name: 'x.yaml', line: 3, column: 5 }, place: 'spec' };
  const remark = { level: 'deny', rule: 'a-b', location, text } as const;
  const why = new Map([[`${text} [a-b]`, remark]]);
  return { effect: 'newlyDenied', image: 'gcr.io/a', owner: POD, location, why, ...parts };
};

const diffOf = (...changes: readonly Change[]) => ({ changes, judged: 7, unjudged: [] });

describe('DIFF_REPORTS', () => {
  it('names an image once for all of its owners', () => {
    expect(
      DIFF_REPORTS.text(
        diffOf(change(), change({ owner: { ...POD, kind: 'Job', name: 'b' } }), change({ image: 'gcr.io/b' })),
      ),
    ).to.equal(`Newly denied:
  gcr.io/a
    Pod shop/a (x.yaml:3:5)
      a image is bad! (gcr.io/a). Use b. [a-b]
    Job shop/b (x.yaml:3:5)
      a image is bad! (gcr.io/a). Use b. [a-b]
  gcr.io/b
    Pod shop/a (x.yaml:3:5)
      a image is bad! (gcr.io/a). Use b. [a-b]

3 newly denied, 0 newly allowed; 7 objects compared.
`);
  });

  it('tells denials first, what is said in lines as that, and only counts warnings', () => {
    const changes = [
      change({ effect: 'newlyAllowed' }),
      change({ effect: 'newlyWarned' }),
      change({ effect: 'noLongerWarned' }),
      change({ image: undefined, said: 'It cannot be read.\nAsk ann.' }),
    ];
    const text = DIFF_REPORTS.text({ ...diffOf(...changes), unjudged: ['y.yaml: no'] });
    expect(text).to.equal(`Newly denied:
  no image, as the object cannot be read
    Pod shop/a (x.yaml:3:5)
      It cannot be read.
        Ask ann. [a-b]

Newly allowed:
  gcr.io/a
    Pod shop/a (x.yaml:3:5)
      a image is bad! (gcr.io/a). Use b. [a-b]

Could not be judged:
  y.yaml: no

1 newly denied, 1 newly allowed, 1 newly warned about, 1 no longer warned about, 1 not judged; 7 objects compared.
`);
  });

  it('has no place of what is in a cluster', () => {
    const there = diffOf(change({ location: { source: { name: 'https://a.b' } } }));
    expect(DIFF_REPORTS.text(there)).to.include('\n    Pod shop/a\n');
    expect(JSON.parse(DIFF_REPORTS.json(there)).newlyDenied[0]).to.have.keys('image', 'owner', 'findings');
  });

  it('is JSON for programs', () => {
    const changes = [change(), change({ effect: 'newlyAllowed', image: undefined }), change({ effect: 'newlyWarned' })];
    const told = {
      owner: 'Pod shop/a',
      file: 'x.yaml',
      line: 3,
      column: 5,
      findings: [{ rule: 'a-b', message: 'a image is bad! (gcr.io/a). Use b.' }],
    };
    expect(JSON.parse(DIFF_REPORTS.json({ ...diffOf(...changes), unjudged: ['y'] }))).to.deep.equal({
      newlyDenied: [{ image: 'gcr.io/a', ...told }],
      newlyAllowed: [told],
      rewrittenOtherwise: [],
      unjudged: ['y'],
      counts: {
        newlyDenied: 1,
        newlyAllowed: 1,
        rewrittenOtherwise: 0,
        newlyWarned: 1,
        noLongerWarned: 0,
        judged: 7,
        unjudged: 1,
      },
    });
  });

  it('is Markdown in which no stranger has a say', () => {
    const text = DIFF_REPORTS.markdown({
      ...diffOf(change({ image: '`|@all\n<b>', said: 'x | y\n`z`' })),
      unjudged: ['a`b'],
    });
    expect(text).to.equal(`### Change of the image policy

**Newly denied**

| image | owner | why |
| --- | --- | --- |
| \`'\\|@all\\u{A}<b>\` | \`Pod shop/a\` | \`x \\| y 'z' [a-b]\` |

**Could not be judged**

- \`a'b\`

1 newly denied, 0 newly allowed, 1 not judged; 7 objects compared.
`);
  });

  it('is Markdown that fits a comment', () => {
    const many = Array.from({ length: 999 }, (_, index) => [
      change({ image: `gcr.io/${index}` }),
      change({ effect: 'newlyAllowed' }),
    ]).flat();
    const text = DIFF_REPORTS.markdown({
      ...diffOf(...many),
      unjudged: many.map(({ owner }) => owner.name.repeat(90)),
    });
    expect(text.length).to.be.within(55_000, 62_000);
    const left = [...text.matchAll(/^… and (\d+) more\.$/gm)].map(([, count]) => Number(count));
    expect(left).to.have.lengthOf(3);
    expect(text.match(/^(?:\| `|- )/gm)!.length + left.reduce((sum, count) => sum + count)).to.equal(4 * 999);
    expect(text).to.include('\n999 newly denied, 999 newly allowed, ');
  });
});
