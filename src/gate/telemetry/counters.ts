import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * A counter with three labels for what happens in every review. prom-client makes a text of all labels on each count;
 * here that waits until somebody asks. Counted 0 times, a series is there without an event.
 */
export function tally(registry: Registry, name: string, help: string, labelNames: readonly [string, string, string]) {
  const counts: { readonly labels: Readonly<Record<string, string>>; count: number }[] = [];
  const [first, second, third] = labelNames;
  const metric = counter(registry, name, help, labelNames, () => {
    metric.reset();
    for (const { labels, count } of counts) metric.inc(labels, count);
  });
  // Of maps in maps, since one key made of all labels would be a text to make, too.
  const places = new Map<string, Map<string, Map<string, number>>>();
  return (a: string, b: string, c: string, times = 1): void => {
    const place = places.get(a)?.get(b)?.get(c);
    if (place !== undefined) {
      (counts[place] as { count: number }).count += times;
      return;
    }
    const byB = places.get(a) ?? new Map<string, Map<string, number>>();
    const byC = byB.get(b) ?? new Map<string, number>();
    places.set(a, byB.set(b, byC.set(c, counts.length)));
    counts.push({ labels: { [first]: a, [second]: b, [third]: c }, count: times });
  };
}

/** A counter of the gate, whose name ends in `_total`. */
export function counter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  collect: () => void = () => {},
) {
  return new Counter<L>({ name: `imagegate_${name}_total`, help, labelNames, registers: [registry], collect });
}

/**
 * A counter with one label that begins at 0 for each of its values: of one that begins with its first event, Prometheus
 * sees no increase, and an alert on that stays silent.
 */
export function counterFromZero<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: L,
  values: readonly string[],
) {
  const metric = counter(registry, name, help, [label]);
  for (const value of values) metric.inc({ [label]: value } as Record<L, string>, 0);
  return metric;
}

/** A moment, in seconds since 1970. */
export function gauge<L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[] = []) {
  return new Gauge<L>({
    name: `imagegate_${name}_timestamp_seconds`,
    help: `${help}, in seconds since 1970.`,
    labelNames,
    registers: [registry],
  });
}
