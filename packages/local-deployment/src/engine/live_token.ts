/**
 * The token of the results of live queries that never ended, below every other. Nobody knows what they
 * would have read, so nothing but new code or variables makes them be run again: else one such query
 * would take the engine down without end.
 */
export const ENDLESS_TOKEN = 0;
