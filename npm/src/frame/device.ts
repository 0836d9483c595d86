// `/device-id`: a name for this browser, as the SDK's getDeviceId() asks for. It is random and says nothing about the
// person or the device; browsers keep it apart for each site that frames this page, and clearing site data ends it.

const KEY = 'repin-device-id';

/** The same at each visit where this browser lets a frame keep anything, else a new one. */
export function deviceId(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept && /^[0-9a-f-]{36}$/.test(kept)) return kept;
    const made = crypto.randomUUID();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    return crypto.randomUUID();
  }
}
