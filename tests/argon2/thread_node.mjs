// The same in Node, where native programs race with them; what goes wrong here is an error of the worker's. What the processor spent
// on this process, instead of what went by, does not tell of other programs: the gate of a busy machine asks for that.
import { parentPort, workerData } from 'node:worker_threads';
import { answer } from './candidates.mjs';
import { NATIVE } from './native.mjs';

function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

parentPort?.postMessage(await answer(workerData, workerData.processor ? { clock: spent } : { others: NATIVE }));
