import { VALID_REFERENCE } from '../engine/policy.ts';
import { mistakeText, type Location } from '../mistake/mistake.ts';
import { jsonItems } from './json-items.ts';
import {
  type CheckCounts,
  type CheckReport,
  objectName,
  type Remark,
  remarksOf,
  type ReportOptions,
} from './report.ts';

const LEVELS: Readonly<Record<Remark['level'], string>> = {
  deny: 'error',
  warn: 'warning',
  audit: 'note',
  exempt: 'note',
};

/** What else can be named, beside rules. */
const OTHERS = [
  { name: VALID_REFERENCE, description: 'Deny images that are no valid reference.' },
  { name: 'imagegate', description: 'Deny objects that cannot be judged.' },
  { name: 'manifest-invalid', description: 'A manifest that cannot be read.' },
];

/** SARIF 2.1.0, for code scanning. Written also where there is nothing to tell: so old findings count as mended. */
export function sarifReport({ version, rules }: ReportOptions): CheckReport {
  const item = jsonItems();
  return {
    begin: () => `{"$schema":"${SCHEMA}","version":"2.1.0","runs":[{"results":[`,
    checked: (object) =>
      remarksOf(object)
        .map(({ level, rule, location, text, finding }) =>
          item({
            ruleId: rule,
            level: LEVELS[level],
            message: { text },
            locations: [{ ...physical(location), logicalLocations: [{ name: objectName(object), kind: 'object' }] }],
            ...(finding?.exemption && {
              suppressions: [{ kind: 'external', justification: finding.exemption.reason }],
            }),
          }),
        )
        .join(''),
    unreadable: (mistake) => {
      const message = { text: mistakeText(mistake) };
      return item({ ruleId: mistake.code, level: 'error', message, locations: [physical(mistake)] });
    },
    end: (counts) => `\n],${JSON.stringify(runOf(version, [...OTHERS, ...rules], counts)).slice(1)}]}\n`,
  };
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json';

/** All of a run but its results. */
function runOf(version: string, rules: ReportOptions['rules'], { unreadable, errored }: CheckCounts): object {
  const described = rules.map(({ name, description }) => ({ id: name, shortDescription: { text: description } }));
  return {
    tool: { driver: { name: 'ImageGate', version, rules: described } },
    invocations: [{ executionSuccessful: unreadable + errored === 0 }],
    columnKind: 'utf16CodeUnits',
  };
}

function physical({ source: { name, line, column } }: Location): object {
  const path = encodeURI(name.replaceAll('\\', '/')).replaceAll('#', '%23').replaceAll('?', '%3F');
  const uri = path.startsWith('/') ? `file://${path}` : path;
  const region = line !== undefined && {
    region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
  };
  return { physicalLocation: { artifactLocation: { uri }, ...region } };
}
