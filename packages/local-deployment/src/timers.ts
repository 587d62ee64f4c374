/** The longest delay that a timer takes, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
