import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectRoot } from '../project-root.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

/** All pages of the project, by their paths from its root. */
export function pages(): readonly string[] {
  const below = ['.github', 'bench', 'deploy', 'docs'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  return [...readdirSync(projectRoot), ...below].filter((path) => path.endsWith('.md'));
}

/** What a Markdown text links to within the project, by relative links: `docs/errors.md#ca-invalid`. */
export function links(markdown: string): readonly string[] {
  const all = [...withoutCode(markdown).matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
  return all.filter((to) => !to.startsWith('https://'));
}

/** The links of a page, by its path from the project's root, that lead to no file, or to no heading of it. */
export function brokenLinks(page: string): readonly string[] {
  return links(read(page)).filter((to) => {
    const [path = '', anchor] = to.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(projectRoot, file))) return true;
    return anchor !== undefined && !anchorsOf(read(file)).includes(anchor);
  });
}

/** The pages and other files to which links lead from a page, over as many pages as it takes. */
export function reachedFrom(page: string): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const path of reached) {
    if (!path.endsWith('.md') || !existsSync(join(projectRoot, path))) continue;
    for (const to of links(read(path))) reached.add(normalize(join(dirname(path), to.replace(/#.*$/, ''))));
  }
  return reached;
}

/** As forges make anchors of headings: lower case, blanks to hyphens, nothing but letters, digits and hyphens. */
function anchorsOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** A comment of a script is no heading. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^( *)```[^]*?^\1```$/gm, '');
}
