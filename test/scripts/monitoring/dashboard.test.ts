import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardText } from '../../../scripts/monitoring/dashboard.ts';
import { projectRoot } from '../../project-root.ts';

const folder = join(projectRoot, 'deploy', 'monitoring');

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }[];
}

describe('deploy/monitoring/dashboard.json', () => {
  const text = readFileSync(join(folder, 'dashboard.json'), 'utf8');
  const { panels } = JSON.parse(text) as Dashboard;

  it('is what `npm run monitoring` writes', async () => {
    expect(text).to.equal(await dashboardText(folder));
  });

  it('has panels with titles of their own, of which none lies on another or outside', () => {
    expect(new Set(panels.map(({ title }) => title))).to.have.property('size', panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => [x + (cell % w), y + Math.floor(cell / w)] as const),
    );
    expect(new Set(cells.map(String))).to.have.property('size', cells.length);
    expect(Math.max(...cells.map(([x]) => x))).to.equal(23);
  });
});
