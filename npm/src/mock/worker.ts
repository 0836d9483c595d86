// The mock's worker. The page posts the compiled module first; from then on the messages are the flow's.
import { initSync, start_mock } from './repin_mock.js';

onmessage = ({ data }: MessageEvent<{ module: WebAssembly.Module }>) => {
  initSync(data);
  start_mock();
};
