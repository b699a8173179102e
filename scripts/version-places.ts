/** A place where the version of package.json stands too: all that the pattern matches in the file, so many times. */
export type VersionPlace = readonly [file: string, pattern: RegExp, times: number];

/** All of them. What is installed from must say one version, or people get another than they read of. */
export const VERSION_PLACES: readonly VersionPlace[] = [
  ['package.json', /(?<=^ {2}"version": ").*(?=")/gm, 1],
  ['package-lock.json', /(?<="name": "imagegate",\n +"version": ").*(?=")/g, 2],
  ['deploy/deployment.yaml', /(?<=^ +image: .*:).*$/gm, 1],
  ['deploy/kustomization.yaml', /(?<=^ +newTag: ).*$/gm, 1],
  ['deploy/chart/files/deployment.yaml', /(?<=^ +image: .*:).*$/gm, 1],
  ['deploy/chart/Chart.yaml', /(?<=^(?:version|appVersion): ['"]?)[^'"\n]+/gm, 2],
  ['README.md', /(?<=\/imagegate-webhook:)\S+/g, 2],
  ['docs/in-ci.md', /(?<=\bimagegate@v|^ +rev: v)\S+/gm, 2],
  ['docs/writing-rules.md', /(?<=\bimagegate-)\d\S*(?=\.tgz)/g, 2],
];
