import { Counter, Gauge, type Registry } from 'prom-client';

/** The values of the label `dry_run`. */
export const DRY_RUNS: readonly string[] = ['false', 'true'];

type Values = Readonly<Record<string, readonly (string | number)[]>>;

/** A counter, whose name ends in `_total`. @param labels with the values known beforehand */
export function counter(registry: Registry, name: string, help: string, labels: Values = {}): Counter {
  const metric = new Counter({
    name: `imagegate_${name}_total`,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  fromZero(metric, labels);
  return metric;
}

/** Creates the series at 0: Prometheus sees no increase in a series that begins with its first event. */
export function fromZero(metric: Counter, labels: Values): void {
  const combinations = Object.entries(labels).reduce<readonly Readonly<Record<string, string | number>>[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
  for (const combination of combinations) metric.inc(combination, 0);
}

/** A gauge, whose name ends in `_timestamp_seconds`. */
export function timestamp(registry: Registry, name: string, help: string, labelNames: readonly string[] = []): Gauge {
  return new Gauge({
    name: `imagegate_${name}_timestamp_seconds`,
    help: `${help}, in seconds since 1970.`,
    labelNames,
    registers: [registry],
  });
}
