import { Counter, Gauge, type Registry } from 'prom-client';

/** The values of the label `dry_run`. */
export const DRY_RUNS: readonly string[] = ['false', 'true'];

type Values = Readonly<Record<string, readonly (string | number)[]>>;

/**
 * A counter, whose name ends in `_total`.
 *
 * @param labels with the values known beforehand
 * @param collect is called before it is collected
 */
export function counter(
  registry: Registry,
  name: string,
  help: string,
  labels: Values = {},
  collect: () => void = () => {},
): Counter {
  const labelNames = Object.keys(labels);
  const metric = new Counter({ name: `imagegate_${name}_total`, help, labelNames, registers: [registry], collect });
  fromZero(metric, labels);
  return metric;
}

/** Counts one with these values of the labels, in their order; none has a line break. */
export type Tally = (...values: readonly string[]) => void;

/**
 * The same for what each request has, some of it 60,000 times: in plain numbers until it is collected, since the metric itself
 * takes a microsecond each time.
 */
export function tally(
  registry: Registry,
  name: string,
  help: string,
  labels: Values = {},
): { readonly count: Tally; readonly metric: Counter } {
  const names = Object.keys(labels);
  const counts = new Map<string, number>();
  const metric: Counter = counter(registry, name, help, labels, () => {
    for (const [key, number] of counts) {
      const values = key.split('\n');
      metric.inc(Object.fromEntries(names.map((label, index) => [label, values[index]!])), number);
    }
    counts.clear();
  });
  const count: Tally = (...values) => {
    const key = values.join('\n');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  return { count, metric };
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
