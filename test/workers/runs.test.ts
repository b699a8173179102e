import { expect } from 'chai';
import { Job } from '../../src/workers/job.ts';
import { heldRules, slowRuns, type Run } from '../../src/workers/runs.ts';
import { taskOf } from './custom-rules.ts';

const RULES = ['slow', 'other'];

function jobOf(image: string, rules = RULES): Job {
  const job = new Job(taskOf([image], rules));
  job.arrange(() => false, new Set());
  return job;
}

const runOf = (image: string, ruleSince: number | undefined = 0, rules = RULES): Run => ({
  job: jobOf(image, rules),
  startedAt: 0,
  ruleSince,
});

describe('slowRuns', () => {
  it('are those whose rule has run for so long, or whose worker has not come to the task', () => {
    const [brisk, slow, stuck] = [runOf('a', 60), runOf('b', 50), { ...runOf('c'), ruleSince: undefined }];
    expect(slowRuns([brisk, slow, stuck], 50, 100)).to.deep.equal([slow, stuck]);
  });
});

describe('heldRules', () => {
  const held = (job: Job, slow: Run, others: readonly Run[] = [], spreading = false): readonly string[] => [
    ...heldRules(job, [slow], { runs: [slow, ...others], most: 2, isSpreading: () => spreading }),
  ];

  it('has none for other images, so that they need not wait', () => {
    expect(held(jobOf('y'), runOf('x'))).to.deep.equal([]);
  });

  it('has the slow rule for the same images', () => {
    expect(held(jobOf('x'), runOf('x'))).to.deep.equal(['slow']);
  });

  it('has one that was slow over different images lately', () => {
    expect(held(jobOf('y'), runOf('x'), [], true)).to.deep.equal(['slow']);
  });

  it('has one that all workers but one are asked for', () => {
    expect(held(jobOf('y'), runOf('x'), [runOf('z')])).to.deep.equal(['slow']);
    expect(held(jobOf('y'), runOf('x'), [runOf('z', 0, ['other'])])).to.deep.equal([]);
  });

  it('has one for a job whose deadline is past', () => {
    const job = jobOf('y');
    job.isGraced = true;
    expect(held(job, runOf('x'))).to.deep.equal(['slow']);
  });

  it('has none of a worker that has not come to its task', () => {
    expect(held(jobOf('x'), { ...runOf('x'), ruleSince: undefined })).to.deep.equal([]);
  });
});
