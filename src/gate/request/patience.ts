const DURATION = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/;

/**
 * How long a client waits, in milliseconds; for ever if it does not say.
 *
 * @param timeout what the API server says in the query, as `?timeout=5s`
 */
export function patienceMs(timeout: string | null | undefined): number {
  const [, amount, unit] = DURATION.exec(String(timeout)) ?? [];
  return amount === undefined ? Infinity : Number(amount) * (unit === 's' ? 1000 : 1);
}
