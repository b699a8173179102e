import { locationText, mistakeText } from '../mistake/mistake.ts';
import { advisedText, type CheckReport, remarksOf } from './report.ts';
import { objectName } from '../manifest/owners.ts';

/**
 * For CI that shows tests: a suite for each object, which fails by each denial. The numbers of a suite stand before it, so
 * that one for a whole file would have to be kept until its end.
 */
export function junitReport(): CheckReport {
  return {
    begin: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="imagegate check">\n',
    checked: (object) => {
      const said = remarksOf(object).map((remark) => {
        const { level, rule, location } = remark;
        const message = advisedText(remark);
        const line = `${locationText({ source: location.source })}: ${message}`;
        return { isDenial: level === 'deny', rule, line, message };
      });
      const denials = said.filter(({ isDenial }) => isDenial);
      const others = said.filter(({ isDenial }) => !isDenial).map(({ line, rule }) => `${line} [${rule}]`);
      const parts = denials.map(({ rule, line, message }) => outcome('failure', rule, message, line));
      if (others.length > 0) parts.push(`<system-out>${escaped(others.join('\n'))}</system-out>`);
      return suite(objectName(object), object.where('').source.name, 'failures', denials.length, parts);
    },
    unreadable: (mistake) => {
      const text = mistakeText(mistake);
      return suite('a document', mistake.source.name, 'errors', 1, [outcome('error', mistake.code, text, text)]);
    },
    end: () => '</testsuites>\n',
  };
}

function suite(
  name: string,
  file: string,
  what: 'failures' | 'errors',
  count: number,
  parts: readonly string[],
): string {
  const counts = { tests: 1, failures: 0, errors: 0, [what]: Math.min(count, 1) };
  const testcase = `<testcase ${attributes({ name, classname: file })}>${parts.join('')}</testcase>`;
  return `<testsuite ${attributes({ name, ...counts, file })}>${testcase}</testsuite>\n`;
}

function outcome(element: 'failure' | 'error', type: string, message: string, text: string): string {
  return `<${element} ${attributes({ type, message })}>${escaped(text)}</${element}>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 has no way to write. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!).replaceAll(UNWRITABLE, '\uFFFD');
}
