import { locationText, mistakeText } from '../mistake/mistake.ts';
import {
  advisedText,
  type CheckCounts,
  type CheckReport,
  type Remark,
  remarksOf,
  type ReportOptions,
} from './report.ts';
import { objectName } from '../manifest/owners.ts';
import { plural } from '../mistake/plural.ts';

const WORDS: Readonly<Record<Remark['level'], readonly [word: string, color: number]>> = {
  deny: ['denied', 31],
  warn: ['warning', 33],
  audit: ['audit', 36],
  exempt: ['exempt', 36],
};

/** What becomes of an image, in a word, which has a colour on a terminal. */
export function levelWord(level: Remark['level'], colors: boolean): string {
  const [word, color] = WORDS[level];
  return colors ? `\u001B[${color}m${word}\u001B[39m` : word;
}

/** For people: a line for each remark, and the counts. */
export function textReport({ colors }: ReportOptions): CheckReport {
  return {
    begin: () => '',
    checked: (object) =>
      remarksOf(object)
        .map((remark) => {
          const { level, rule, location, finding } = remark;
          const by = finding?.exemption === undefined ? '' : ` by ${finding.exemption.name}`;
          const [head = '', ...more] = `${advisedText(remark)} [${rule}]`.split('\n');
          const lines = [
            `${objectName(object)}: ${levelWord(level, colors)}${by}: ${head}`,
            ...more.map((line) => `  ${line}`),
          ];
          return `${locationText({ source: location.source })}: ${lines.join('\n')}\n`;
        })
        .join(''),
    unreadable: (mistake) => `${mistakeText(mistake)}\n`,
    end: (counts) => `${countsText(counts)}\n`,
  };
}

/** `2 denied, 5 allowed, 12 of kinds without pods. 3 images are rewritten by the policy.` */
export function countsText(counts: CheckCounts, denied = 'denied'): string {
  const parts = [
    [counts.denied, denied],
    [counts.errored, 'not judged, as the engine failed'],
    [counts.unreadable, 'unreadable'],
    [counts.allowed, 'allowed'],
    [counts.exempt, 'in exempt namespaces'],
    [counts.withoutPods, 'of kinds without pods'],
    [counts.skipped, 'skipped, as they are no Kubernetes objects'],
  ] as const;
  const said = parts.filter(([count], index) => count > 0 || index === 0).map(([count, what]) => `${count} ${what}`);
  return `${said.join(', ')}.${rewrittenText(counts.rewrittenImages)}`;
}

function rewrittenText(count: number): string {
  if (count === 0) return '';
  return ` ${plural(count, 'image')} ${count === 1 ? 'is' : 'are'} rewritten by the policy.`;
}
