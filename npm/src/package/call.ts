/** Calls a function of the host's. What it throws is the host's to read, on its console, and ends nothing of ours. */
export function call<Given extends unknown[]>(tell: ((...given: Given) => void) | undefined, ...given: Given): void {
  try {
    tell?.(...given);
  } catch (error) {
    reportError(error);
  }
}
