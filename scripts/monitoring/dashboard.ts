import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PANELS, type Panel } from './panels.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

/**
 * The Grafana dashboard, as it stands in deploy/monitoring.
 *
 * @param folder where it will stand, for the format
 */
export async function dashboardText(folder: string): Promise<string> {
  const path = join(folder, 'dashboard.json');
  return format(JSON.stringify(dashboard()), { ...(await resolveConfig(path)), parser: 'json' });
}

function dashboard(): object {
  return {
    uid: 'imagegate',
    title: 'ImageGate',
    description: 'What the gate lets in and what it denies, and how it does. One row a question.',
    tags: ['imagegate'],
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: placed(PANELS).map(panelObject),
  };
}

interface Placed extends Panel {
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** Lays panels out from left to right; one that does not fit begins a row. */
function placed(panels: readonly Panel[]): readonly Placed[] {
  let [x, y, lowest] = [0, 0, 0];
  return panels.map((panel) => {
    const [w, h] = panel.size;
    if (x + w > COLUMNS) [x, y] = [0, lowest];
    const gridPos = { x, y, w, h };
    x += w;
    lowest = Math.max(lowest, y + h);
    return { ...panel, gridPos };
  });
}

function panelObject({ title, description, type, unit, queries, gridPos }: Placed, index: number): object {
  const isTable = type === 'table';
  return {
    id: index + 1,
    title,
    description,
    type,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit, min: 0, ...(type === 'timeseries' && { custom: { fillOpacity: 10 } }) },
      overrides: [],
    },
    options: optionsOf(type),
    // A table has a column for each label; time says nothing there.
    ...(isTable && { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] }),
    targets: Object.entries(queries).map(([legendFormat, expr], number) => ({
      refId: String.fromCodePoint('A'.codePointAt(0)! + number),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(type === 'timeseries' ? { range: true } : { instant: true, ...(isTable && { format: 'table' }) }),
    })),
  };
}

function optionsOf(type: Panel['type']): object {
  if (type === 'timeseries')
    return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } };
  if (type === 'table') return { sortBy: [{ displayName: 'Value', desc: true }] };
  return { reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'value_and_name' };
}
