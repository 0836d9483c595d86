// The gateway's clock, which the demo, and only the demo, can put forward.

import { backend } from './backend.js';
import { byId, duration, timeOfDay } from './dom.js';

/** Gateway's clock minus this device's, in milliseconds. */
let skew = 0;

/** Now, on the gateway's clock. */
export function gatewayNow() {
  return Date.now() + skew;
}

/** Asks for the time and lets it run from there. */
export async function startClock() {
  set(await backend.clock());
  setInterval(tick, 1000);
}

/** @param {number} ms */
export async function advance(ms) {
  set(await backend.advance(ms));
}

/** @param {import('./backend.js').Clock} clock */
function set({ now, ahead_ms }) {
  skew = now - Date.now();
  byId('clock-ahead').textContent = ahead_ms ? `${duration(ahead_ms)} ahead of yours.` : 'The same as yours.';
  tick();
}

function tick() {
  byId('clock').textContent = timeOfDay(gatewayNow());
}
