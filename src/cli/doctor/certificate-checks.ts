import { createHash } from 'node:crypto';
import { mistakeText } from '../../mistake/mistake.ts';
import { NOTICE_MS } from '../../gate/secret/certificate.ts';
import { certificatesIn } from '../../gate/secret/certificate-chain.ts';
import { certificateFaults } from '../../gate/secret/certificate-faults.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, grouped, namesText, nameOf, textAt } from './fields.ts';
import { allEntriesOf, type Check, entriesOf, OUR_WEBHOOK, type Snapshot, WEBHOOKS } from './snapshot.ts';

const HERE = `ValidatingWebhookConfiguration ${OUR_WEBHOOK}`;
const MS_PER_DAY = 86_400_000;
const AGAIN = 'Apply the webhook and then the Secret again, of the same run of deploy/certificates.sh.';

/** Whether the API server takes what is served, and for how long; and whether the gate takes the API server's token. */
export const CERTIFICATE_CHECKS: readonly Check[] = [
  { needs: [WEBHOOKS], diagnose: rejected },
  { needs: [WEBHOOKS], diagnose: expiries },
  { needs: [WEBHOOKS], diagnose: tokens },
];

/** What is served or, where no replica tells, what would be. */
interface Served {
  readonly where: string;
  readonly pem: Buffer;
  /** Of each token that is taken: two while it changes. */
  readonly tokenHashes: readonly unknown[];
}

function servedOf({ replicas, secret }: Snapshot): readonly Served[] {
  const told = replicas.flatMap(({ pod, status }): readonly Served[] => {
    const [pem, hashes] = [textAt(status, 'certificate.pem'), at(status, 'policyTokenHashes')];
    const tokenHashes: readonly unknown[] = Array.isArray(hashes) ? hashes : [];
    return pem === '' ? [] : [{ where: `Pod imagegate/${nameOf(pod)}`, pem: Buffer.from(pem), tokenHashes }];
  });
  if (secret === undefined) return told;
  const [pem, token] = ['server.crt', 'policy-token'].map((key) => {
    const text = secret.files[key];
    return Buffer.from(typeof text === 'string' ? text : '', 'base64');
  }) as [Buffer, Buffer];
  const tokenHashes = token.toString('latin1').trimEnd().split('\n').map(hashOf);
  return [{ where: `Secret imagegate/${secret.name}`, pem, tokenHashes }];
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where each entry finds the gate, and by which CAs it knows it; alike ones once. */
function callersOf(snapshot: Snapshot) {
  const callers = allEntriesOf(snapshot).map(({ name, where, entry }) => {
    const service = at(entry, 'clientConfig.service');
    const serverName =
      service === undefined ? undefined : `${textAt(service, 'name')}.${textAt(service, 'namespace')}.svc`;
    return { name, where, serverName, bundle: textAt(entry, 'clientConfig.caBundle') };
  });
  return [...grouped(callers, ({ serverName, bundle }) => `${serverName} ${bundle}`).values()].map((alike) => {
    const [{ where, serverName, bundle }] = alike as readonly [(typeof callers)[number]];
    const names = alike.map(({ name }) => `entry ${name}`);
    return { names, where, serverName, ca: Buffer.from(bundle, 'base64') };
  });
}

function rejected(snapshot: Snapshot): readonly Diagnosis[] {
  const now = new Date(snapshot.now);
  return servedOf(snapshot).flatMap(({ where, pem }): readonly Diagnosis[] => {
    const [x509] = certificatesIn(pem);
    if (x509 === undefined) {
      return [{ code: 'certificate-rejected', where, what: 'It has no certificate in PEM.', remedy: AGAIN }];
    }
    return callersOf(snapshot).flatMap(({ names, serverName, ca }) => {
      const places = { certFile: where, caFile: `the caBundle of ${namesText(names)}` };
      return certificateFaults(x509, { cert: pem, ca, ...places, serverName, now }).map((mistake): Diagnosis => {
        const what = `The API server rejects its certificate, and so cannot ask it. ${mistakeText(mistake)}`;
        return { code: 'certificate-rejected', where, what, remedy: AGAIN };
      });
    });
  });
}

/** A month before, or a fifth of its life, as the gate itself warns. */
function expiries(snapshot: Snapshot): readonly Diagnosis[] {
  const { now } = snapshot;
  const served = servedOf(snapshot).flatMap(({ where, pem }) =>
    certificatesIn(pem)
      .slice(0, 1)
      .map((x509) => [where, x509] as const),
  );
  const cas = callersOf(snapshot).flatMap(({ where, ca }) =>
    certificatesIn(ca).map((x509) => [`${where}, caBundle`, x509] as const),
  );
  const distinct = new Map(
    [...served, ...cas].map(([where, x509]) => [`${where} ${x509.fingerprint256}`, { where, x509 }]),
  );
  return [...distinct.values()].flatMap(({ where, x509 }): readonly Diagnosis[] => {
    const [from, to] = [x509.validFrom, x509.validTo].map((text) => Date.parse(text)) as [number, number];
    // One that has expired already is rejected, if it is in use.
    if (to < now) return [];
    const day = new Date(to).toISOString().slice(0, 10);
    const what = `Its certificate${x509.ca ? ' of a CA' : ''} expires on ${day}, in ${Math.floor((to - now) / MS_PER_DAY)} days.`;
    if (to - now > Math.min(NOTICE_MS, (to - from) / 5)) {
      return [{ code: 'certificate-lasts', where, what, remedy: 'Nothing is to be done yet.' }];
    }
    const remedy = x509.ca
      ? 'Run deploy/certificates.sh --new-ca, and do what it says.'
      : 'Run deploy/certificates.sh, and apply the Secret.';
    return [{ code: 'certificate-expires', where, what, remedy }];
  });
}

/** By hashes: the token itself is told nobody. */
function tokens(snapshot: Snapshot): readonly Diagnosis[] {
  const entries = entriesOf(snapshot).filter(({ isReview }) => !isReview);
  const asked = entries.map(({ path }) => hashOf(path.split('/')[2] ?? ''));
  const remedy = AGAIN;
  if (entries.length === 0 && entriesOf(snapshot).length > 0) {
    const what = 'No entry asks about the ConfigMaps of the gate: a bad policy is not refused where it is written.';
    return [{ code: 'token-differs', where: HERE, what, remedy }];
  }
  return servedOf(snapshot)
    .filter(({ tokenHashes }) => asked.some((hash) => !tokenHashes.includes(hash)))
    .map(({ where }): Diagnosis => {
      const what = 'Its policy token is not that of the webhook: a bad policy is not refused where it is written.';
      return { code: 'token-differs', where, what, remedy };
    });
}
