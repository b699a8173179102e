import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REFUSALS } from '../../src/gate/request/refusal.ts';
import { projectRoot } from '../project-root.ts';
import { layerOf, MAY_IMPORT } from '../repository/layers.ts';
import { sourceFiles, type SourceFile } from '../repository/source-files.ts';
import { codesIn, plain, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/architecture.md');

/** A file of src/ that the page names, and what it names of it. */
interface Step {
  readonly file: string;
  readonly name: string | undefined;
}

const walk: readonly Step[] = rowsUnder(page, 'step').map(([step, name]) => ({
  file: plain(step),
  name: codesIn(name)[0],
}));

/** The lists of files, one a section. */
const lists: readonly (readonly Step[])[] = page
  .split(/^## /m)
  .map((section) =>
    [...section.matchAll(/^\d+\. \[(.+)\]\(.+\), `(\w+)`/gm)].map(([, file = '', name]) => ({ file, name })),
  )
  .filter(({ length }) => length > 0);

const [, picture = ''] = /^```mermaid\n([^]*?)^```$/m.exec(page) ?? [];
const nodes = new Map([...picture.matchAll(/(\w+)\["([^"]+)"\]/g)].map(([, id = '', file = '']) => [id, file]));
const arrows = [...picture.replaceAll(/\["[^"]+"\]/g, '').matchAll(/(\w+) (-->|-\.->) (\w+)/g)].map(
  ([, from = '', kind, to = '']) => ({ from: nodes.get(from)!, isImport: kind === '-->', to: nodes.get(to)! }),
);

describe('docs/architecture.md', () => {
  let src: ReadonlyMap<string, SourceFile>;
  const imports = (from: string, to: string): boolean =>
    src.get(`src/${from}`)?.imports.some(({ path }) => path === `src/${to}`) ?? false;

  before(async () => {
    src = new Map((await sourceFiles('src')).map((file) => [file.path, file]));
  });

  it('names only files that there are', () => {
    const named = [...page.matchAll(/(?<![\w/-])((?:[\w-]+\/)+(?:[\w-]+\.ts)?)(?![\w/])/g)].map(
      ([, path = '']) => path,
    );
    expect(named.length).to.be.above(50);
    const gone = named.filter((path) => ![path, `src/${path}`].some((one) => existsSync(join(projectRoot, one))));
    expect(gone).to.deep.equal([]);
  });

  for (const [index, steps] of [walk, ...lists].entries()) {
    it(`leads in list ${index + 1} from ${steps[0]?.file} one way: each file is imported by one above it`, () => {
      expect(steps.length).to.be.above(4);
      const found = steps.map(({ file }, at) => {
        const above = steps.slice(0, at);
        return at === 0 || above.some((step) => imports(step.file, file)) ? 'imported' : file;
      });
      expect(found).to.deep.equal(steps.map(() => 'imported'));
    });

    it(`names in list ${index + 1} what each file exports`, () => {
      for (const { file, name } of steps) {
        const text = src.get(`src/${file}`)?.text;
        expect(text, file).to.match(new RegExp(`^export (?:async )?(?:function\\*?|class) ${name}\\b`, 'm'));
      }
    });
  }

  it('has a picture whose arrows are imports, and lead down the walk', () => {
    expect(arrows.length).to.be.above(15);
    expect(new Set(arrows.flatMap(({ from, to }) => [from, to]))).to.deep.equal(new Set(nodes.values()));
    const wrong = arrows.filter(({ from, isImport, to }) => isImport && !imports(from, to));
    expect(wrong).to.deep.equal([]);
    const order = walk.map(({ file }) => file);
    for (const { from, isImport, to } of arrows) {
      if (isImport) expect(order.indexOf(to), `${from} --> ${to}`).to.be.above(order.indexOf(from));
    }
  });

  it('has every file of the picture in the walk', () => {
    const called = new Set(arrows.filter(({ isImport }) => !isImport).map(({ to }) => to));
    expect(walk.map(({ file }) => file)).to.include.members([...nodes.values()].filter((file) => !called.has(file)));
  });

  it('says of every status of a refusal where it comes from, and of no other', () => {
    const stops = rowsUnder(page, 'step').flatMap(
      ([, , , stop = '']) => stop.replaceAll(/`[^`]+` \d+/g, '').match(/\b\d{3}\b/g) ?? [],
    );
    expect(new Set(stops.map(Number))).to.deep.equal(new Set(Object.values(REFUSALS)));
  });

  it('has a row for each room, with whom it may import', () => {
    const rows = rowsUnder(page, 'room').map(([room, , others]) => [plain(room), codesIn(others)]);
    expect(rows).to.deep.equal(Object.entries(MAY_IMPORT));
    expect(new Set(rows.map(([room]) => room))).to.deep.equal(new Set([...src.keys()].map(layerOf)));
    for (const [room, sentence = ''] of rowsUnder(page, 'room')) expect(sentence.length, room).to.be.above(10);
  });
});
