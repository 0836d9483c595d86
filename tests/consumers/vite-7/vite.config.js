import repin from 'repin/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [repin()] });
