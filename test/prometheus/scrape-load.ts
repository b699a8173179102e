import { seriesLine } from './ask-prometheus.ts';
import { samplesOf } from './real-run.ts';

/** The labels that a PodMonitor adds, where the gate has none called so (`honorLabels`). */
function scraped(series: string, pod: string): string {
  const namespace = /[{,]namespace="/.test(series) ? '' : ',namespace="imagegate"';
  const target = `instance="${pod}:8080",job="imagegate/imagegate-webhook",pod="${pod}"${namespace}`;
  return series.includes('{') ? series.replace(/\}$/, `,${target}}`) : `${series}{${target}}`;
}

/** Series of two pods that were at rest for ten minutes, a scrape a minute, were asked, and are at rest since. */
export function scrapeLoad([first, second]: readonly [first: string, second: string]): string {
  const [before, after] = [samplesOf(first), samplesOf(second)];
  const lines = [...after].flatMap(([series, value]) =>
    ['a', 'b'].map((pod) => seriesLine(scraped(series, pod), [before.get(series) ?? '_', 10], [value, 20])),
  );
  return ['load 1m', ...lines].join('\n');
}
