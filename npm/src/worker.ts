// The vault's worker. The page posts the compiled module first; from then on the messages are the vault's.
import { glue } from './worker_glue.ts';
import { bringWallet } from './worker_wallet.ts';

// Chromium has it from 103 on, and all else that is needed before that.
AbortSignal.timeout ??= (ms) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
};

onmessage = async ({ data }: MessageEvent<{ module: WebAssembly.Module; wallet: string | Uint8Array<ArrayBuffer> }>) => {
  // What the page says before the vault listens.
  const early: MessageEvent[] = [];
  onmessage = (event) => early.push(event);
  const { initSync, start_vault } = await glue;
  initSync(data);
  bringWallet(data.wallet);
  start_vault();
  for (const event of early) dispatchEvent(new MessageEvent('message', { data: event.data }));
  // The first formatter of a process loads the language data: a fifth of a second on a slow phone. Here it passes while
  // the gateway's first answer is on its way; in the page it would be a long task as soon as a date is asked for.
  setTimeout(() => new Intl.DateTimeFormat());
};

// What a promise is rejected with stays in a worker; what is thrown reaches the page.
glue.catch((error: unknown) =>
  setTimeout(() => {
    throw error;
  }),
);
