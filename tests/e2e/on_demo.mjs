// SPDX-License-Identifier: EUPL-1.2
// Runs the tests of every screen against a running demo: one instance for all of them. Arguments are other test files, such as
// dashboard.test.mjs, which runs against recorded answers too. SCREENSHOTS=FOLDER keeps a picture of every screen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo } from './demo.mjs';

const here = fileURLToPath(new URL('./', import.meta.url));
const files = process.argv.length > 2 ? process.argv.slice(2) : [join(here, 'screens.test.mjs')];
const demo = await startDemo(join(here, '../../gateway/web/dist'));
try {
  const tests = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], { stdio: 'inherit', env: { ...process.env, BASE_URL: demo.url } });
  // Who ends this ends the tests, and then the demo is stopped as after any other end.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tests.kill(signal));
  const [status] = await once(tests, 'exit');
  process.exitCode = status ?? 1;
} finally {
  await demo.stop();
}
