// The same in Node; what goes wrong here is an error of the worker's.
import { parentPort, workerData } from 'node:worker_threads';
import { answer } from './candidates.mjs';

parentPort?.postMessage(await answer(workerData));
