import { VALID_REFERENCE } from '../engine/policy.ts';
import { editOf } from '../fix/edit.ts';
import { mistakeText, type Location } from '../mistake/mistake.ts';
import { jsonItems } from './json-items.ts';
import {
  advisedText,
  type CheckCounts,
  type CheckedObject,
  type CheckReport,
  type Remark,
  remarksOf,
  type ReportOptions,
} from './report.ts';
import { objectName } from '../manifest/owners.ts';

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
        .map((remark) => {
          const { level, rule, location, finding } = remark;
          const fixes = fixesOf(remark, object);
          return item({
            ruleId: rule,
            level: LEVELS[level],
            message: { text: advisedText(remark) },
            locations: [{ ...physical(location), logicalLocations: [{ name: objectName(object), kind: 'object' }] }],
            ...(finding?.exemption && {
              suppressions: [{ kind: 'external', justification: finding.exemption.reason }],
            }),
            ...(fixes.length > 0 && { fixes }),
          });
        })
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

/** What `--fix` would write, in this one place. */
function fixesOf({ replacement }: Remark, { scalarAt }: CheckedObject): readonly object[] {
  if (replacement === undefined) return [];
  const { image, reference } = replacement;
  const scalar = scalarAt?.(image.container.fieldPath);
  const edit = scalar?.uses === 1 ? editOf(scalar, image.written ?? image.raw, reference) : undefined;
  if (edit === undefined) return [];
  const { line: startLine, column: startColumn = 1 } = edit.source;
  const deletedRegion = { startLine, startColumn, endColumn: startColumn + edit.found.length };
  const replacements = [{ deletedRegion, insertedContent: { text: edit.written } }];
  return [{ artifactChanges: [{ ...artifact(edit.source.name), replacements }] }];
}

function physical({ source: { name, line, column } }: Location): object {
  const region = line !== undefined && {
    region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
  };
  return { physicalLocation: { ...artifact(name), ...region } };
}

function artifact(name: string): object {
  const path = encodeURI(name.replaceAll('\\', '/')).replaceAll('#', '%23').replaceAll('?', '%3F');
  return { artifactLocation: { uri: path.startsWith('/') ? `file://${path}` : path } };
}
