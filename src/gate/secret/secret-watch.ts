import { MistakesError, type Mistake } from '../../mistake/mistake.ts';

export interface SecretWatchOptions<T> {
  /** Reads it. @throws {MistakesError} when it cannot be used. */
  readonly load: () => Promise<T>;
  /** What is in use already. */
  readonly current: T;
  readonly isSame: (a: T, b: T) => boolean;
  /** From one look to the next, in milliseconds. */
  readonly pollMs: number;
  /** There is another, and it is in use now. */
  readonly onChange: (found: T, before: T) => void;
  /** There is another, and it cannot be used; told once for each, when a second look finds the same. */
  readonly onMistakes: (mistakes: readonly Mistake[]) => void;
}

export interface SecretInUse<T> {
  readonly current: () => T;
  /** Looks no more. */
  readonly stop: () => void;
}

/**
 * Keeps to a secret as it is written, by reading it again and again: a Secret is renewed by swapping the `..data` symlink of
 * its folder, and some mounts never notify of that. One that cannot be used leaves the one before in use.
 */
export function watchSecret<T>(options: SecretWatchOptions<T>): SecretInUse<T> {
  const { load, isSame, pollMs, onChange, onMistakes } = options;
  let { current } = options;
  let stopped = false;
  let timer: NodeJS.Timeout;
  let suspect: { readonly message: string; readonly told: boolean } | undefined;

  async function look(): Promise<void> {
    const found = await loaded(load);
    if (stopped) return;
    if (found instanceof MistakesError) {
      const seenBefore = suspect?.message === found.message;
      if (seenBefore && !suspect?.told) onMistakes(found.mistakes);
      suspect = { message: found.message, told: seenBefore };
    } else {
      suspect = undefined;
      if (!isSame(found, current)) {
        const before = current;
        current = found;
        onChange(found, before);
      }
    }
    schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => void look(), pollMs).unref();
  }

  schedule();
  return {
    current: () => current,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** What is there now, or what is wrong with it. */
async function loaded<T>(load: () => Promise<T>): Promise<T | MistakesError> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof MistakesError) return error;
    throw error;
  }
}
