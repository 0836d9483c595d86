import { fileURLToPath } from 'node:url';

// Next looks for the app's root by lock files, and here are others further up.
const root = fileURLToPath(new URL('.', import.meta.url));

export default { turbopack: { root }, outputFileTracingRoot: root };
