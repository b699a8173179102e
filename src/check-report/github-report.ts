import { mistakeText, type Source } from '../mistake/mistake.ts';
import { advisedText, type CheckReport, type Remark, remarksOf } from './report.ts';
import { objectName } from '../manifest/owners.ts';
import { countsText } from './text-report.ts';

const COMMANDS: Readonly<Record<Remark['level'], string>> = {
  deny: 'error',
  warn: 'warning',
  audit: 'notice',
  exempt: 'notice',
};

/** For GitHub Actions, which shows each remark in the changes of a pull request. */
export function githubReport(): CheckReport {
  return {
    begin: () => '',
    checked: (object) =>
      remarksOf(object)
        .map((remark) => {
          const { level, rule, location } = remark;
          return command(COMMANDS[level], location.source, rule, `${objectName(object)}: ${advisedText(remark)}`);
        })
        .join(''),
    unreadable: (mistake) => command('error', mistake.source, mistake.code, mistakeText(mistake)),
    end: (counts) => `${countsText(counts)}\n`,
  };
}

/** A workflow command. @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
function command(name: string, { name: file, line, column: col }: Source, title: string, message: string): string {
  const properties = Object.entries({ file, line, col, title })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`);
  return `::${name} ${properties.join(',')}::${escaped(message)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
