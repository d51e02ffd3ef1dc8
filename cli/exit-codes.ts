export const EXIT_OK = 0;
export const EXIT_ERROR = 1;
/** A repository has not what is declared. */
export const EXIT_DRIFT = 2;
/** Ended by Ctrl-C, as shells count it. */
export const EXIT_INTERRUPTED = 130;
