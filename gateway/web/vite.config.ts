// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { pageOf, SCREENS } from './src/screens';

const root = fileURLToPath(new URL('./', import.meta.url));

/** One page for each screen, made from screen.html: the pages exist in the build only. */
function screens(): Plugin {
  const pages = new Map(SCREENS.map((screen) => [`${root}${screen.id}.html`, screen]));
  return {
    name: 'screens',
    enforce: 'pre',
    resolveId: (id) => (pages.has(root + id) ? root + id : pages.has(id) ? id : undefined),
    load: (id) => {
      const screen = pages.get(id);
      return screen && pageOf(screen, readFileSync(`${root}screen.html`, 'utf8'));
    },
  };
}

export default defineConfig({
  // Relative addresses, so that the gateway may serve the pages under any path.
  base: './',
  plugins: [screens()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: addresses and no inline script: everything is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: SCREENS.map((screen) => `${screen.id}.html`) },
  },
});
