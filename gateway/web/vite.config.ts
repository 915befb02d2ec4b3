// SPDX-License-Identifier: EUPL-1.2
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses, so that the gateway may serve the pages under any path.
  base: './',
  build: {
    target: 'es2022',
    // The content security policy allows no data: addresses and no inline script: everything is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['index.html', 'bronnen.html', 'signalen.html', 'koppelen.html'] },
  },
});
