import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.ts';

const POD = 'Error from server: admission webhook "com.imagegate.webhook" denied the request:';
const DEPLOYMENT =
  'Error from server: error when creating "shop.yaml": admission webhook "workloads.com.imagegate.webhook" denied the request:';

describe('npm run demo', () => {
  it('prints what kubectl would', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      join(projectRoot, 'build/scripts/demo.js'),
    ]);
    expect(stderr).to.equal('');
    expect(stdout).to.equal(`The gate listens, with its default policy. What kubectl would print:

$ kubectl run nginx --image=nginx
${POD} nginx image has no tag! (nginx). Only images with tags are allowed.
nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.

$ kubectl run nginx --image=nginx:latest
${POD} nginx image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed.
nginx image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited.

$ kubectl run nginx --image=docker.io/nginx:latest
${POD} nginx image has a non-allowed tag! (docker.io/nginx:latest). These tags "staging,latest" are prohibited.

$ kubectl run nginx --image=docker.io/nginx:1.20
pod/nginx created

$ kubectl apply -f shop.yaml    # a Deployment of five images, one of them good
${DEPLOYMENT} migrate image comes from an untrusted registry! (quay.io/acme/migrate:v7). Only images from docker.io,gcr.io are allowed.
cache image comes from an untrusted registry! (redis:latest). Only images from docker.io,gcr.io are allowed.
cache image has a non-allowed tag! (redis:latest). These tags "staging,latest" are prohibited.
proxy image is not a valid reference! (docker.io/Envoy:v1.36). A repository must be in lower case.
model image has no tag! (gcr.io/acme/model). Only images with tags are allowed.

`);
  });
});
