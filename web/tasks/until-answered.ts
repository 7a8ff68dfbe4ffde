import { command, type Refused } from '../ui/client.ts';

const AGAIN_MS = 3_000;
/** No answer came, or only nginx's, which knows no more; or it was too much at once. */
const AGAIN: readonly number[] = [0, 429, 502, 504];

/**
 * Sends a command, and again under its key for as long as no answer comes: nobody is left to wonder whether it
 * counted. `lost` is called each time. @throws Refused when it was not done, and is not going to be.
 */
export async function untilAnswered<T>(
  path: string,
  key: string,
  lost: (error: Refused) => void,
  body: unknown = {},
): Promise<T> {
  for (let isUnsure = false; ; ) {
    try {
      return await command<T>('POST', path, body, key);
    } catch (failure) {
      const error = failure as Refused;
      isUnsure ||= AGAIN.includes(error.status);
      // "Not now" to a repetition says nothing of the first; a clear "no" does.
      const isClear = error.status >= 400 && error.status < 500 && error.status !== 429;
      if (!isUnsure || isClear) throw error;
      lost(error);
      await new Promise((again) => setTimeout(again, Math.max(AGAIN_MS, error.retryAfterSeconds * 1_000)));
    }
  }
}
