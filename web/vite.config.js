// How the page is built: into `dist`, which the server takes into its binary.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` shows the page of these sources with the API of a server that runs already.
// That server takes changes from its own pages only, so this one says that it is.
const target = process.env.REEL_SERVER ?? 'http://127.0.0.1:8080';
const api = { target, changeOrigin: true, headers: { Origin: target } };

export default defineConfig({
  plugins: [svelte()],
  // Nothing inline: the server's policy lets no script or style run that is not a file of its own.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, rolldownOptions: { checks: { pluginTimings: false } } },
  worker: { format: 'es' },
  server: { proxy: { '/api': api } },
});
