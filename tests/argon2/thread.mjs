// A worker of a page: times what it is asked to.
import { first, race } from './candidates.mjs';

onmessage = async ({ data: { bytes, cost, rounds, fresh, name } }) => {
  try {
    postMessage({ result: name ? await first(bytes, cost, name) : await race(bytes, cost, rounds, fresh) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
