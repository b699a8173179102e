import { expect } from 'chai';
import { InvalidReferenceError } from '../../src/image/reference.ts';
import { type JsonObject, MAX_ITEMS, UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { type ContainerImage, imagesToJudge } from '../../src/workload/images.ts';
import { podSpecs } from '../../src/workload/pod-spec.ts';
import {
  admissionRequest,
  IMAGE_PLACES,
  podTemplate,
  WORKLOAD_KINDS,
  type WorkloadKind,
} from '../admission-request.ts';

const [POD, , , DEPLOYMENT] = WORKLOAD_KINDS as [WorkloadKind, WorkloadKind, WorkloadKind, WorkloadKind];

function created(kind: WorkloadKind, lists: JsonObject): readonly ContainerImage[] {
  return imagesToJudge(podSpecs(admissionRequest({ kind, object: kind.wrap(podTemplate(lists)) })) ?? []);
}

function updated(kind: WorkloadKind, oldLists: JsonObject | undefined, lists: JsonObject): readonly ContainerImage[] {
  const oldObject = oldLists && kind.wrap(podTemplate(oldLists));
  const request = admissionRequest({ kind, operation: 'UPDATE', object: kind.wrap(podTemplate(lists)), oldObject });
  return imagesToJudge(podSpecs(request) ?? []);
}

const raws = (images: readonly ContainerImage[]): readonly string[] => images.map(({ raw }) => raw);

describe('imagesToJudge', () => {
  for (const kind of WORKLOAD_KINDS) {
    for (const { list, type, field, item } of IMAGE_PLACES) {
      const place = `${kind.kind}, ${list}`;
      const fieldPath = `${kind.fieldPath}.${list}[1].${field}`;

      it(`${place}: CREATE brings all images`, () => {
        const images = created(kind, { [list]: [item('a', 'a:1'), item('b', 'b:2')] });
        expect(raws(images)).to.deep.equal(['a:1', 'b:2']);
        const absent = { imagePullPolicy: undefined, oldImage: undefined };
        expect(images[1]?.container).to.deep.equal({ name: 'b', type, fieldPath, ...absent });
        expect(images[1]?.unchanged).to.equal(false);
        expect(images[1]?.reference).to.include({ repository: 'b', tag: '2' });
      });

      it(`${place}: UPDATE brings what is new or changed`, () => {
        const old = { [list]: [item('a', 'a:1'), item('b', 'b:1'), item('c', 'c:1')] };
        const images = updated(kind, old, { [list]: [item('a', 'a:1'), item('b', 'b:2'), item('d', 'a:1')] });
        const isNew = images.filter(({ unchanged }) => !unchanged);
        expect(raws(isNew)).to.deep.equal(['b:2', 'a:1']);
        expect(isNew[0]?.container.fieldPath).to.equal(fieldPath);
        expect(isNew.map(({ container }) => container.oldImage)).to.deep.equal(['b:1', undefined]);
        // A changed template makes new pods of its unchanged images too; a pod does not.
        const unchanged = raws(images.filter((image) => image.unchanged));
        expect(unchanged).to.deep.equal(kind.kind === 'Pod' ? [] : ['a:1']);
      });

      it(`${place}: UPDATE that changes nothing of it brings nothing`, () => {
        const lists = { [list]: [item('a', 'a:1'), item('b', undefined)] };
        expect(updated(kind, lists, structuredClone(lists))).to.deep.equal([]);
      });

      it(`${place}: UPDATE without an old object, or with names missing or repeated, brings all`, () => {
        const lists = { [list]: [item('a', 'a:1'), item('b', 'b:1')] };
        expect(raws(updated(kind, undefined, lists))).to.deep.equal(['a:1', 'b:1']);
        for (const names of [
          ['a', 'a'],
          ['', 'b'],
        ]) {
          const strange = { [list]: names.map((name) => item(name, 'a:1')) };
          for (const [before, after] of [
            [lists, strange],
            [strange, lists],
            [strange, strange],
          ] as const) {
            const images = updated(kind, before, after);
            expect(images.map(({ unchanged }) => unchanged)).to.deep.equal([false, false]);
            expect(images.map(({ container }) => container.oldImage)).to.deep.equal([undefined, undefined]);
          }
        }
      });

      it(`${place}: an image that moves there from another list is new`, () => {
        for (const other of IMAGE_PLACES.filter((candidate) => candidate.list !== list)) {
          const images = updated(kind, { [other.list]: [other.item('a', 'a:1')] }, { [list]: [item('a', 'a:1')] });
          expect(raws(images.filter(({ unchanged }) => !unchanged))).to.deep.equal(['a:1']);
        }
      });

      it(`${place}: an image that is missing is read as empty, and no reference`, () => {
        const [image] = created(kind, { [list]: [item('a', undefined)] });
        expect(image?.raw).to.equal('');
        expect(image?.reference).to.be.instanceOf(InvalidReferenceError);
      });

      it(`${place}: what cannot be read is refused, and the field named`, () => {
        const path = `object.${kind.fieldPath}.${list}`;
        const cases: readonly (readonly [unknown, string])[] = [
          ['x', `${path} must be a list, found a string`],
          [{}, `${path} must be a list, found an object`],
          [[null], `${path}[0] must be an object, found null`],
          [['x'], `${path}[0] must be an object, found a string`],
          [[item('a', 7 as unknown as string)], `${path}[0].${field} must be a string, found a number`],
        ];
        for (const [value, message] of cases) {
          expect(() => created(kind, { [list]: value }))
            .to.throw(UnreadableWorkloadError)
            .with.property('message', message);
        }
      });
    }
  }

  describe('tells beside the image', () => {
    for (const { list, item } of IMAGE_PLACES) {
      const withPolicy = (imagePullPolicy: unknown): JsonObject => {
        const { image, ...rest } = item('a', 'a:1');
        return list === 'volumes'
          ? { ...rest, image: { ...(image as JsonObject), pullPolicy: imagePullPolicy } }
          : { ...rest, image, imagePullPolicy };
      };
      for (const [written, told] of [
        ['Always', 'Always'],
        ['', ''],
        ['Sometimes', 'Sometimes'],
        [undefined, undefined],
        [null, undefined],
        [1, undefined],
        [{}, undefined],
      ] as const) {
        it(`the pull policy ${JSON.stringify(written)} of ${list} as ${told}`, () => {
          const [image] = created(POD, { [list]: [withPolicy(written)] });
          expect(image?.container).to.have.property('imagePullPolicy', told);
        });
      }
    }

    for (const kind of WORKLOAD_KINDS) {
      for (const [written, told] of [
        ['builder', 'builder'],
        ['', ''],
        [undefined, undefined],
        [null, undefined],
        [1, undefined],
        [['a'], undefined],
      ] as const) {
        it(`the service account ${JSON.stringify(written)} of a ${kind.kind} as ${told}`, () => {
          const containers = [{ name: 'a', image: 'a:1' }];
          const volumes = [{ name: 'b', image: { reference: 'b:1' } }];
          const images = created(kind, { containers, volumes, serviceAccountName: written });
          expect(images.map(({ serviceAccountName }) => serviceAccountName)).to.deep.equal([told, told]);
        });
      }
    }

    for (const [what, old, told] of [
      ['as it was written', { name: 'a', image: 'Not/A:reference' }, 'Not/A:reference'],
      ['of a container that had none', { name: 'a' }, undefined],
      ['of one that had an empty one', { name: 'a', image: '' }, undefined],
      ['of one that had no text', { name: 'a', image: 7 }, undefined],
      ['of a container of another name', { name: 'b', image: 'a:0' }, undefined],
      ['of what is no container', 'x', undefined],
    ] as const) {
      it(`the old image ${what}: ${told}`, () => {
        const [image] = updated(POD, { containers: [old] }, { containers: [{ name: 'a', image: 'a:1' }] });
        expect(image?.container).to.have.property('oldImage', told);
      });
    }

    it('the old image also where it is the same, in a template that changed in anything', () => {
      const lists = { containers: [{ name: 'a', image: 'a:1' }] };
      const [image] = updated(DEPLOYMENT, lists, { ...lists, restartPolicy: 'Always' });
      expect(image?.container.oldImage).to.equal('a:1');
    });

    it('no old image of another list, nor of a volume that was of another type', () => {
      const volume = { name: 'a', image: { reference: 'a:1' } };
      for (const old of [{ containers: [{ name: 'a', image: 'a:0' }] }, { volumes: [{ name: 'a', emptyDir: {} }] }]) {
        const [image] = updated(POD, old, { volumes: [volume] });
        expect(image?.container.oldImage).to.equal(undefined);
      }
    });
  });

  it('goes through the lists in the order in which violations are told', () => {
    const lists = Object.fromEntries(
      IMAGE_PLACES.toReversed().map(({ list, item }) => [list, [item('x', `${list.toLowerCase()}:1`)]]),
    );
    expect(raws(created(POD, lists))).to.deep.equal([
      'initcontainers:1',
      'containers:1',
      'ephemeralcontainers:1',
      'volumes:1',
    ]);
  });

  it('takes a container without a name by its place', () => {
    const images = created(POD, { containers: [{ image: 'a' }, { name: '', image: 'b' }, { name: 5, image: 'c' }] });
    expect(images.map(({ container }) => container.name)).to.deep.equal([
      'containers[0]',
      'containers[1]',
      'containers[2]',
    ]);
  });

  it('takes lists that are null or absent for empty, but not containers', () => {
    const absent = { initContainers: null, ephemeralContainers: undefined, volumes: null };
    expect(created(POD, absent)).to.deep.equal([]);
    for (const containers of [null, undefined]) {
      expect(() => created(POD, { containers })).to.throw(
        UnreadableWorkloadError,
        'object.spec.containers must be a list',
      );
    }
  });

  it('passes volumes that hold no image', () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'b', image: null },
      { name: 'c', configMap: { name: 'image' } },
    ];
    expect(created(POD, { volumes })).to.deep.equal([]);
    expect(() => created(POD, { volumes: [{ name: 'a', image: 'x' }] })).to.throw(
      UnreadableWorkloadError,
      'object.spec.volumes[0].image must be an object, found a string',
    );
  });

  it('refuses on UPDATE too what cannot be read, and takes an old list that cannot be read for none', () => {
    const containers = [{ name: 'a', image: 'a:1' }];
    expect(() => updated(POD, { containers }, { containers: ['x'] })).to.throw(UnreadableWorkloadError);
    for (const old of ['x', ['x'], [null]]) {
      expect(raws(updated(POD, { containers: old }, { containers }))).to.deep.equal(['a:1']);
    }
  });

  it('judges an image volume that was a volume of another type', () => {
    const images = updated(
      POD,
      { volumes: [{ name: 'a', emptyDir: {} }] },
      { volumes: [{ name: 'a', image: { reference: 'x' } }] },
    );
    expect(raws(images)).to.deep.equal(['x']);
  });

  it('compares text, not what it means', () => {
    const images = updated(
      POD,
      { containers: [{ name: 'a', image: 'nginx' }] },
      { containers: [{ name: 'a', image: 'docker.io/library/nginx' }] },
    );
    expect(raws(images)).to.deep.equal(['docker.io/library/nginx']);
  });

  it('never takes an old bad image for granted in another container', () => {
    const images = updated(
      POD,
      { containers: [{ name: 'a', image: 'evil.io/x' }] },
      {
        containers: [{ name: 'a', image: 'evil.io/x' }],
        ephemeralContainers: [{ name: 'debugger', image: 'evil.io/x' }],
      },
    );
    expect(images.map(({ container }) => container.name)).to.deep.equal(['debugger']);
  });

  it('marks the unchanged images of a template that changed in anything, and only then', () => {
    const lists = { containers: [{ name: 'a', image: 'a:1' }] };
    const restarted = updated(DEPLOYMENT, lists, { ...lists, restartPolicy: 'Always' });
    expect(restarted.map(({ raw, unchanged }) => ({ raw, unchanged }))).to.deep.equal([
      { raw: 'a:1', unchanged: true },
    ]);
    const scaled = {
      object: { metadata: {}, spec: { replicas: 5, template: podTemplate(lists) } },
      oldObject: { metadata: {}, spec: { replicas: 1, template: podTemplate(lists) } },
    };
    expect(
      imagesToJudge(podSpecs(admissionRequest({ kind: DEPLOYMENT, operation: 'UPDATE', ...scaled })) ?? []),
    ).to.deep.equal([]);
  });

  it('goes through 100,000 containers without a depth or a size that stops it', () => {
    const containers = Array.from({ length: 100_000 }, (_, index) => ({
      name: `c${index}`,
      image: `gcr.io/a/b:${index}`,
    }));
    expect(updated(POD, { containers: containers.slice(0, 99_999) }, { containers })).to.have.lengthOf(1);
  });

  describe('with more items than Kubernetes stores', () => {
    const many = (count: number): readonly unknown[] => Array.from({ length: count }, () => ({}));
    const refused = (what: string, count: number): string =>
      `${what} must have at most 131072 containers and volumes, found ${count}`;

    for (const { list } of IMAGE_PLACES) {
      it(`refuses ${list}, in the object and in the old one`, () => {
        const lists = { [list]: many(MAX_ITEMS + 1) };
        expect(() => created(POD, lists)).to.throw(UnreadableWorkloadError, refused('object', MAX_ITEMS + 1));
        expect(() => updated(POD, lists, {})).to.throw(UnreadableWorkloadError, refused('oldObject', MAX_ITEMS + 1));
      });
    }

    it('takes as many, and counts all lists together', () => {
      const half = MAX_ITEMS / 2;
      expect(created(POD, { containers: many(half), volumes: many(half) })).to.have.lengthOf(half);
      const object = { containers: many(half), initContainers: many(1), volumes: many(half) };
      expect(() => created(POD, object)).to.throw(UnreadableWorkloadError, refused('object', MAX_ITEMS + 1));
    });

    it('makes nothing of any of them before it refuses', () => {
      const untouchable = new Proxy(many(MAX_ITEMS + 1), {
        get: (items, key) => {
          if (key !== 'length') throw new Error(`${String(key)} was read`);
          return items.length;
        },
      });
      expect(() => created(POD, { containers: untouchable })).to.throw(UnreadableWorkloadError, 'object must have');
    });

    it('counts those of all pod specs of a kind that the operator added, and the pod specs', () => {
      const kind = { group: 'example.com', version: 'v1', kind: 'Batch' };
      const judged = (object: JsonObject) =>
        imagesToJudge(
          podSpecs(admissionRequest({ kind, object }), new Map([['example.com/Batch', ['pods', '*', 'spec']]])) ?? [],
        );
      const half = { spec: { containers: many(MAX_ITEMS / 2) } };
      expect(judged({ pods: [half, half] })).to.have.lengthOf(MAX_ITEMS);
      expect(() => judged({ pods: [half, half, { spec: { containers: [{}] } }] })).to.throw(
        UnreadableWorkloadError,
        refused('object', MAX_ITEMS + 1),
      );
      expect(() => judged({ pods: many(MAX_ITEMS + 1) })).to.throw(
        UnreadableWorkloadError,
        'object of a Batch must have at most 131072 items in its lists, found 131073',
      );
    });
  });
});
