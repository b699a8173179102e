/** A manifest of the shape and size that large charts render, and what is in it. */
export interface Chart {
  readonly text: string;
  /** The places of images as `line:column`, in their order. */
  readonly images: readonly string[];
  readonly objects: number;
}

/** A CRD as generators write them: an object in an object, far down, with descriptions over lines. */
function crd(): string {
  const lines = [
    'apiVersion: apiextensions.k8s.io/v1',
    'kind: CustomResourceDefinition',
    'metadata:',
    '  name: things.acme.example',
    'spec:',
    '  versions:',
    '  - name: v1',
    '    schema:',
    '      openAPIV3Schema:',
  ];
  for (let level = 0; level < 18; level += 1) {
    const indent = ' '.repeat(8 + 4 * level);
    lines.push(
      `${indent}description: |-`,
      `${indent}  Level ${level}: "quoted", 'too', {{ and }} # no comment`,
      `${indent}  ---`,
      `${indent}properties:`,
      `${indent}  level${level}:`,
    );
  }
  return `${lines.join('\n')}\n${' '.repeat(80)}type: string\n`;
}

function configMap(): string {
  const lines = Array.from(
    { length: 10_000 },
    (_, index) => `    "panel ${index}": { "image": "nginx", "x": [1, 2] }, # ${index}\t`,
  );
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: dashboards }\ndata:\n  dashboard.json: |\n${lines.join('\n')}\n`;
}

const deployment = (index: number): string => `# Source: chart/templates/deployment-${index}.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${index}
  labels: &labels
    app.kubernetes.io/name: "app"
    app.kubernetes.io/managed-by: Helm
spec:
  selector: { matchLabels: *labels }
  template:
    metadata:
      labels: *labels
    spec:
      containers:
      - name: app
        # pinned by the pipeline
        image:   "quay.io/acme/app:1.${index}"   # chart's
        args: ["--x", '--y=$(Z)', "a: b"]
        env:
        - {name: Z, value: "off"}
      -
        image: &side quay.io/acme/side:1
        name: side
      initContainers:
      - {name: init, image: *side}
`;

/** Places of the images of a deployment that begins at this line: init containers are judged first. */
const imagesOf = (line: number): readonly string[] => [`${line + 25}:29`, `${line + 17}:18`, `${line + 22}:22`];

export function chart(): Chart {
  const documents = [
    crd(),
    configMap(),
    '# Source: chart/templates/empty.yaml\n',
    ...Array.from({ length: 20 }, (_, index) => deployment(index)),
    crd(),
  ];
  let line = 1;
  const images: string[] = [];
  for (const document of documents) {
    if (document.includes('kind: Deployment')) images.push(...imagesOf(line + 1));
    line += document.split('\n').length;
  }
  return { text: documents.map((document) => `---\n${document}`).join(''), images, objects: documents.length - 1 };
}
