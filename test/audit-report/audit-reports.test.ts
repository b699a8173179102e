import { expect } from 'chai';
import type { AuditFormat } from '../../src/audit-report/audit-formats.ts';
import { AUDIT_REPORTS } from '../../src/audit-report/audit-reports.ts';
import type { Audit, OwnedFinding } from '../../src/audit-report/audited.ts';

const finding: OwnedFinding = {
  level: 'deny',
  rule: 'empty-tag',
  text: 'c image has no tag! (=a|b"). Only "x", <b>.\nAsk [us](x).',
  container: '@c',
  image: '=a|b"\n',
  pods: 2,
  imageIds: ['a@1', 'a@2', 'a@3', 'a@4', 'a@5'],
};
const exemption = { name: 'old', reason: 'r', owner: 'team-a', expires: Date.parse('2027-01-01T00:00:00Z') };
const AUDIT: Audit = {
  owners: [
    {
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api', uid: 'u' },
      findings: [
        finding,
        { level: 'warn', rule: 'x', text: 'W.', pods: 0, imageIds: [] },
        { ...finding, level: 'exempt', text: 'E.', exemption, pods: 1, imageIds: [] },
      ],
    },
  ],
  counts: {
    allowed: 1,
    denied: 2,
    errored: 0,
    withoutPods: 0,
    exempt: 3,
    skipped: 0,
    unreadable: 0,
    rewrittenImages: 0,
    retired: 2,
    ended: 1,
  },
};
const NONE: Audit = { owners: [], counts: { ...AUDIT.counts, denied: 0, retired: 0, ended: 0 } };
const COUNTS =
  '2 objects of 1 owner denied, 1 allowed, 3 in exempt namespaces. Left out: 2 old revisions, 1 pod that has ended.';
const NO_COUNTS = '0 objects denied, 1 allowed, 3 in exempt namespaces.';
const COLUMNS = 'namespace,kind,name,action,rule,exemption,container,image,pods,imageIDs,sentence\r\n';
const HEAD = '| Object | Action | Rule | Image | Pods | Why |\n| --- | --- | --- | --- | --- | --- |\n';

const REPORTS: Readonly<Record<AuditFormat, readonly [some: string, none: string]>> = {
  text: [
    `Deployment shop/api: denied: c image has no tag! (=a|b"). Only "x", <b>.
  Ask [us](x). [empty-tag]
  2 pods have it, as a@1, a@2, a@3 and 2 more.
Deployment shop/api: warning: W. [x]

Deployment shop/api: exempt by old, kept by team-a until 2026-12-31: E. [empty-tag]
  One pod has it.

${COUNTS}
`,
    `${NO_COUNTS}\n`,
  ],
  json: [
    `{"owners":[
{"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"api","uid":"u","findings":[{"level":"deny","rule":"empty-tag","container":"@c","image":"=a|b\\"\\n","pods":2,"imageIds":["a@1","a@2","a@3","a@4","a@5"],"message":"c image has no tag! (=a|b\\"). Only \\"x\\", <b>.\\nAsk [us](x)."},{"level":"warn","rule":"x","pods":0,"imageIds":[],"message":"W."},{"level":"exempt","rule":"empty-tag","container":"@c","image":"=a|b\\"\\n","pods":1,"imageIds":[],"exemption":{"name":"old","owner":"team-a","expires":"2026-12-31"},"message":"E."}]}
],"counts":${JSON.stringify(AUDIT.counts)}}
`,
    `{"owners":[\n],"counts":${JSON.stringify(NONE.counts)}}\n`,
  ],
  markdown: [
    `## Violations

${HEAD}| Deployment shop/api | deny | empty-tag | =a\\|b"\\\\u{A} | 2 | c image has no tag\\! (=a\\|b"). Only "x", \\<b\\>. Ask \\[us\\](x). |
| Deployment shop/api | warn | x |  | 0 | W. |

## Exempt

${HEAD}| Deployment shop/api | exempt by old | empty-tag | =a\\|b"\\\\u{A} | 1 | E. |

${COUNTS}
`,
    `${NO_COUNTS}\n`,
  ],
  csv: [
    `${COLUMNS}shop,Deployment,api,deny,empty-tag,,'@c,"'=a|b"" ",2,a@1 a@2 a@3 a@4 a@5,"c image has no tag! (=a|b""). Only ""x"", <b>. Ask [us](x)."\r
shop,Deployment,api,warn,x,,,,0,,W.\r
shop,Deployment,api,exempt,empty-tag,old,'@c,"'=a|b"" ",1,,E.\r
`,
    COLUMNS,
  ],
};

describe('AUDIT_REPORTS', () => {
  for (const [format, [some, none]] of Object.entries(REPORTS) as readonly [AuditFormat, readonly [string, string]][]) {
    it(`writes what is found, and nothing, as ${format}`, () => {
      expect(AUDIT_REPORTS[format](AUDIT, false)).to.equal(some);
      expect(AUDIT_REPORTS[format](NONE, false)).to.equal(none);
    });
  }
});
