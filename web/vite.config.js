// How the page is built: into `dist`, which the server takes into its binary.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` shows the page of these sources with the API of a server that runs already.
const api = { target: process.env.REEL_SERVER ?? 'http://127.0.0.1:8080', changeOrigin: true };

export default defineConfig({
  plugins: [svelte()],
  // Nothing inline: the server's policy lets no script or style run that is not a file of its own.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, rolldownOptions: { checks: { pluginTimings: false } } },
  worker: { format: 'es' },
  server: { proxy: { '/api': api } },
});
