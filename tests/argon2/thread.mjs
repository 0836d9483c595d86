// A worker of a page: answers what it is asked.
import { answer } from './candidates.mjs';

onmessage = async ({ data }) => {
  try {
    postMessage({ result: await answer(data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
