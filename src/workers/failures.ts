import type { EndReason } from './rule-worker.ts';

// Each is the end of a sentence: `The rule NAME failed: <failure>. Until it is mended or switched off, …`

/** Why a rule did not judge that ended its worker. */
export const FAILURES: Readonly<Record<EndReason, string>> = {
  deadline: 'it did not answer in time',
  memory: 'it used more memory than a rule may',
  exit: 'it ended its process',
  error: 'its process could not be started',
};

export const NOT_ASKED = 'it was not asked in time, since all workers were busy';
export const CROWDED = 'it was not asked, since too many images of other requests wait for it';
export const UNSENT = 'it could not be asked about this object';
export const KEPT_FAILING = 'it kept ending its process, and is not asked for a while';
export const CLOSING = 'it is not asked any more';
