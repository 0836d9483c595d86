// The vault's worker. The page posts the compiled module first; from then on the messages are the vault's.
import { initSync, start_vault } from './repin_widget.js';

onmessage = ({ data }: MessageEvent<{ module: WebAssembly.Module }>) => {
  initSync(data);
  start_vault();
};
