// Bundles the other two as their documentation has developers do it: Circle's with Vite and Node's modules for the browser,
// as in its own examples, ALTCHA with Vite alone.
import { fileURLToPath } from 'node:url';
import { nodePolyfills } from 'vite-plugin-node-polyfills';

const circle = process.env.COMPARE === 'circle';
const name = circle ? 'circle' : 'altcha';

export default {
  root: fileURLToPath(new URL('./pages', import.meta.url)),
  base: `/${name}/`,
  plugins: circle ? [nodePolyfills()] : [],
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL(`../../../target/compare/${name}`, import.meta.url)),
    emptyOutDir: true,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: fileURLToPath(new URL(`./pages/${name}.html`, import.meta.url)) },
  },
};
