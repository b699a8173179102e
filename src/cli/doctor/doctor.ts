import { type ClusterChoice, connectCluster } from '../../cluster/cluster-client.ts';
import { MistakesError } from '../../mistake/mistake.ts';
import { printable } from '../../mistake/printable.ts';
import { hasColors, mistakesBlock, type Output, type Terminal } from '../mistakes-block.ts';
import { diagnose, ORDER } from './diagnose.ts';
import { type Diagnosis, type Severity, severityOf } from './diagnosis.ts';
import { readSnapshot } from './read-snapshot.ts';

export type DoctorFormat = 'text' | 'json';

export interface DoctorOptions extends Output, Terminal, ClusterChoice {
  readonly format: DoctorFormat;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * `imagegate doctor`: what is wrong with an installation. It only reads. Resolves with the exit code, by the worst: 2 if there
 * is an error or the cluster cannot be reached, 1 if there is a warning.
 */
export async function doctor(options: DoctorOptions): Promise<0 | 1 | 2> {
  const { kubeconfig, context, format, write, writeError } = options;
  try {
    const client = await connectCluster({ kubeconfig, context });
    const diagnoses = diagnose(await readSnapshot(client, { kubeconfig, context }, options));
    write(format === 'json' ? diagnosesJson(diagnoses) : diagnosesText(diagnoses, hasColors(options)));
    const has = (severity: Severity): boolean => diagnoses.some((one) => severityOf(one) === severity);
    if (has('error')) return 2;
    return has('warning') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, 'Nothing was looked at'));
    return 2;
  }
}

function countsOf(diagnoses: readonly Diagnosis[]): readonly (readonly [Severity, number])[] {
  return ORDER.map((severity) => [severity, diagnoses.filter((one) => severityOf(one) === severity).length]);
}

function diagnosesJson(diagnoses: readonly Diagnosis[]): string {
  const all = diagnoses.map((diagnosis) => ({ severity: severityOf(diagnosis), ...diagnosis }));
  return `${JSON.stringify({ counts: Object.fromEntries(countsOf(diagnoses)), diagnoses: all }, undefined, 2)}\n`;
}

const COLORS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, note: 36 };

/** A diagnosis a paragraph, then their counts. */
export function diagnosesText(diagnoses: readonly Diagnosis[], colors: boolean): string {
  const texts = diagnoses.map(({ code, where, what, remedy }) => {
    const severity = severityOf({ code });
    const word = colors ? `\u001B[${COLORS[severity]}m${severity}\u001B[39m` : severity;
    return `${word}: ${printable(where, 512)} [${code}]\n  ${printable(what, 4096)}\n  ${printable(remedy, 1024)}\n\n`;
  });
  const counts = countsOf(diagnoses).map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  return `${texts.join('')}${counts.join(', ')}.\n`;
}
