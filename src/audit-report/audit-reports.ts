import { jsonItems } from '../check-report/json-items.ts';
import { lastDay } from '../engine/exemptions.ts';
import type { AuditFormat } from './audit-formats.ts';
import { auditCsv, auditMarkdown } from './audit-tables.ts';
import { auditText } from './audit-text.ts';
import type { Audit } from './audited.ts';

/** What `imagegate audit` can print, by `--format`. */
export const AUDIT_REPORTS: Readonly<Record<AuditFormat, (audit: Audit, colors: boolean) => string>> = {
  text: auditText,
  json: auditJson,
  markdown: auditMarkdown,
  csv: auditCsv,
};

/** For programs: an owner a line. */
function auditJson({ owners, counts }: Audit): string {
  const item = jsonItems();
  const lines = owners.map(({ owner, findings }) =>
    item({
      ...owner,
      findings: findings.map(({ exemption, text, ...finding }) => ({
        ...finding,
        ...(exemption && { exemption: { name: exemption.name, owner: exemption.owner, expires: lastDay(exemption) } }),
        message: text,
      })),
    }),
  );
  return `{"owners":[${lines.join('')}\n],"counts":${JSON.stringify(counts)}}\n`;
}
