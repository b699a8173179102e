import { printable } from '../mistake/printable.ts';
import type { ContainerImage } from '../workload/images.ts';
import { linesWithin, MAX_ANNOTATION_BYTES, type Remarks } from './response.ts';
import { cutBefore, warningsOf } from './warnings.ts';

/** An image that is rewritten. */
export interface RewrittenImage extends ContainerImage {
  readonly written: string;
}

/** What accompanies a patch: what was rewritten, for the audit log, and for who asked if the policy says so. */
export function rewrittenRemarks(images: readonly RewrittenImage[], withWarnings: boolean): Remarks {
  if (images.length === 0) return { warnings: [], auditAnnotations: {} };
  const lines = {
    count: images.length,
    line: (index: number) => auditLine(images[index] as RewrittenImage),
    more: (left: number) => `… and ${left} more.`,
  };
  return {
    warnings: withWarnings ? warningsOf(images.length, (index) => warning(images[index] as RewrittenImage)) : [],
    auditAnnotations: { rewritten: linesWithin(lines, '', '', MAX_ANNOTATION_BYTES) },
  };
}

function auditLine({ container, written, raw }: RewrittenImage): string {
  return `${container.fieldPath}: ${printable(written)} -> ${printable(raw)}`;
}

function warning({ container, written, raw, rewrites = [] }: RewrittenImage): string {
  const rules = rewrites.map(({ rule }) => rule).join(', ');
  const text = `${printable(container.name)} image is rewritten: ${printable(written)} -> ${printable(raw)}.`;
  return cutBefore(rules === '' ? ' [imagegate]' : ` [imagegate: ${rules}]`, text);
}
