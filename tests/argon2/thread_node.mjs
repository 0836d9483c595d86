// The same in Node, where native programs race with them; what goes wrong here is an error of the worker's.
import { parentPort, workerData } from 'node:worker_threads';
import { answer } from './candidates.mjs';
import { NATIVE } from './native.mjs';

parentPort?.postMessage(await answer(workerData, NATIVE));
