import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../project-root.ts';

/** What a Markdown text links to within the project, by relative links: `docs/errors.md#ca-invalid`. */
export function links(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to).filter((to) => !to.startsWith('https://'));
}

/** The links of a page, by its path from the project's root, that lead to no file, or to no heading of it. */
export function brokenLinks(page: string): readonly string[] {
  return links(readFileSync(join(projectRoot, page), 'utf8')).filter((to) => {
    const [path = '', anchor] = to.split('#');
    const file = path === '' ? join(projectRoot, page) : join(projectRoot, dirname(page), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
  });
}

/** As forges make anchors of headings: lower case, blanks to hyphens, nothing but letters, digits and hyphens. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
