import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), svelteTesting()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // The Content-Security-Policy takes neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The gallery shows every page and state without a server; it is never shipped.
    ...(mode === 'gallery'
      ? { rolldownOptions: { input: 'gallery.html' } }
      : {}),
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    // Nothing waits that long where all is well; a machine that is busy elsewhere may.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}));
