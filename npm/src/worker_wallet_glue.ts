// The glue of the wallet's module. A browser remembers that an import failed, so each try asks for it under another name. The
// npm package has it in the worker.
type Glue = typeof import('./repin_wallet.js');

export const walletGlue = (tries: number): Promise<Glue> =>
  import(`${new URL('./repin_wallet.js', import.meta.url)}${tries ? `?${tries}` : ''}`);
