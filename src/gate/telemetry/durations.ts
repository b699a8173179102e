import type { Metric, Registry } from 'prom-client';

/** The upper bounds of a histogram's buckets, ascending, in seconds. */
export type Bounds = readonly number[];

/**
 * A histogram of durations for what happens in every review, and returns what counts one. prom-client's own makes a text
 * of its labels and looks its bucket up by name on each count; here all of that waits until somebody asks.
 */
export function countDurations(registry: Registry, name: string, help: string, bounds: Bounds) {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  const values = () => {
    let below = 0;
    const buckets = [...bounds, '+Inf' as const].map((le, index) => {
      below += counts[index] as number;
      return { metricName: `${name}_bucket`, labels: { le }, value: below };
    });
    const totals = { [`${name}_sum`]: sum, [`${name}_count`]: below };
    return [...buckets, ...Object.entries(totals).map(([metricName, value]) => ({ metricName, labels: {}, value }))];
  };
  // What a registry asks of a metric: `get`, in the form that prom-client's own give.
  const metric = { name, get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }) };
  registry.registerMetric(metric as unknown as Metric);
  return (seconds: number): void => {
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] as number)) index += 1;
    counts[index] = (counts[index] as number) + 1;
    sum += seconds;
  };
}
