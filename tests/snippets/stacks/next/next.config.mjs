import { fileURLToPath } from 'node:url';

// The packages are in the folder above, and a test serves what was built.
export default { output: 'export', turbopack: { root: fileURLToPath(new URL('..', import.meta.url)) } };
