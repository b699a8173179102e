import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { prometheusRule } from '../../../scripts/monitoring/prometheus-rule.ts';
import { projectRoot } from '../../project-root.ts';

const read = (name: string): string => readFileSync(join(projectRoot, 'deploy', 'monitoring', name), 'utf8');

describe('deploy/monitoring/prometheus-rule.yaml', () => {
  it('is what `npm run monitoring` writes', () => {
    expect(read('prometheus-rule.yaml')).to.equal(prometheusRule(read('alerts.yaml')));
  });

  it('has the groups of alerts.yaml', () => {
    const { spec } = parse(read('prometheus-rule.yaml')) as { spec: unknown };
    expect(spec).to.deep.equal(parse(read('alerts.yaml')));
  });
});
