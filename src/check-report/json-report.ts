import type { Finding } from '../engine/finding.ts';
import { mistakeText } from '../mistake/mistake.ts';
import { jsonItems } from './json-items.ts';
import { type CheckedObject, type CheckReport, remarksOf } from './report.ts';

/** For programs: each object that was judged, and each document that could not be read. */
export function jsonReport(): CheckReport {
  const item = jsonItems();
  return {
    begin: () => '{"results":[',
    checked: (object) => item(resultOf(object)),
    unreadable: (mistake) => {
      const { name, line, column } = mistake.source;
      return item({ verdict: 'unreadable', file: name, line, column, message: mistakeText(mistake) });
    },
    end: (counts) => `\n],"counts":${JSON.stringify(counts)}}\n`,
  };
}

function resultOf(object: CheckedObject): object {
  const { group, version, kind, namespace, name, review, where } = object;
  const { source } = where('');
  const findings = remarksOf(object).flatMap(
    ({ level, rule, location: { source: place }, text, finding, replacement }) => {
      if (finding === undefined) return [];
      const { image, exemption } = finding;
      const { name: container, type, fieldPath } = image.container;
      return {
        level,
        rule,
        ...(exemption !== undefined && { exemption: exemption.name }),
        message: text,
        image: image.raw,
        ...(image.written !== undefined && { written: image.written }),
        ...(replacement && { replacement: { reference: replacement.reference, guessed: replacement.guessed } }),
        container: { name: container, type, fieldPath },
        line: place.line,
        column: place.column,
      };
    },
  );
  return {
    verdict: review.verdict,
    file: source.name,
    line: source.line,
    column: source.column,
    object: { apiVersion: group === '' ? version : `${group}/${version}`, kind, namespace, name },
    message: review.response.status?.message,
    warnings: review.response.warnings ?? [],
    findings,
    ...(review.rewritten && { rewritten: review.rewritten.map((image) => rewrittenOf(image, where)) }),
  };
}

/** An image that was judged as the policy rewrites it, whatever was found. */
function rewrittenOf(
  { raw, written, rewrites, container: { name, type, fieldPath } }: Finding['image'],
  where: CheckedObject['where'],
): object {
  const { line, column } = where(fieldPath).source;
  return { image: raw, written, rewrites, container: { name, type, fieldPath }, line, column };
}
