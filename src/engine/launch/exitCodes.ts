/** The engine could not begin, or had to give up; its log tells why. */
export const exitFailed = 1;
/** Another engine holds the folder. */
export const exitTaken = 3;
