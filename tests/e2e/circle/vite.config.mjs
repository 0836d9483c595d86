// Bundles the app as Circle's own Vue example does: Vite, and Node's modules for the browser.
import { fileURLToPath } from 'node:url';
import { nodePolyfills } from 'vite-plugin-node-polyfills';

export default {
  root: fileURLToPath(new URL('./host', import.meta.url)),
  plugins: [nodePolyfills()],
  logLevel: 'warn',
  build: { outDir: fileURLToPath(new URL('../../../target/circle-web', import.meta.url)), emptyOutDir: true, chunkSizeWarningLimit: 2000 },
};
