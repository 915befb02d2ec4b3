// SPDX-License-Identifier: EUPL-1.2
// The demo of one municipality for tests of the dashboard: a real instance of all services, on free ports of this machine, with the
// deliveries of the demo in it. A program of its own too: `node tests/e2e/demo.mjs` says the address and runs until it is ended.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'build/release/bin');
const MUNICIPALITY = 'gm1730';
const SERVICES = ['ingestion', 'linking', 'costs', 'contracts', 'publication', 'gateway'];
// The gateway's port and two for each of the six services.
const PORTS = 1 + 2 * SERVICES.length;

function run(command, args, accepted = [0]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: root, maxBuffer: 1 << 26 });
  if (!accepted.includes(status)) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first of `PORTS` free ports in a row, begun at a place that differs per process. */
async function freePorts() {
  for (let first = 20_000 + ((process.pid * 31) % 10_000); first < 32_000; first += PORTS) {
    const free = await Promise.all(Array.from({ length: PORTS }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports in a row');
}

/** Starts the instance with the pages of `web`; resolves when every delivery is in the figures. */
export async function startDemo(web) {
  if (!existsSync(join(bin, 'gateway_server'))) throw new Error('build the services first: ninja -C build/release');
  const folder = mkdtempSync(join(tmpdir(), 'nmd-demo-'));
  const processes = [];
  const stop = async () => {
    const ended = processes.map((each) => (each.exitCode === null ? new Promise((resolve) => each.once('exit', resolve)) : undefined));
    for (const each of processes) each.kill('SIGTERM');
    await Promise.all(ended);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePorts();
    const instance = join(folder, MUNICIPALITY);
    run(join(bin, 'nmd_demo'), ['--out', join(folder, 'demo')]);
    run(join(root, 'deploy/make_instance.sh'), [instance, MUNICIPALITY, 'Tynaarlo', String(port), web]);
    for (const service of SERVICES) {
      const log = openSync(join(instance, 'log', `${service}.log`), 'a');
      processes.push(spawn(join(bin, `${service}_server`), [`--config=${join(instance, 'config', `${service}.yaml`)}`], { stdio: ['ignore', log, log] }));
    }
    for (const [index, service] of SERVICES.entries()) await ready(service, port + 2 * (index + 1), processes[index], instance);
    const url = `http://127.0.0.1:${port}`;
    const ctl = (role, args, accepted) => {
      const token = join(instance, `${role}.token`);
      mkdirSync(instance, { recursive: true });
      writeFileSync(token, run(join(bin, 'nmdctl'), ['token', '--key', join(instance, 'certs/issuer.key'), '--role', role, '--municipality', MUNICIPALITY, '--subject', `demo-${role}`]), { mode: 0o600 });
      return run(join(bin, 'nmdctl'), ['--url', url, '--municipality', MUNICIPALITY, '--token-file', token, ...args], accepted);
    };
    // 1: done, with findings; the demo holds broken files on purpose.
    ctl('beheerder', ['deliver', '--manifest', join(folder, 'demo', MUNICIPALITY, 'deliveries.csv')], [0, 1]);
    ctl('controller', ['wait']);
    // Two people each: on what may be shared, and on one table that is.
    const firstOf = (lines, wanted) => lines.split('\n').slice(1).map((line) => line.split(',')).filter(wanted).map(([name]) => name);
    ctl('controller', ['agreement', 'propose', join(instance, 'config/agreements.yaml')]);
    const proposed = firstOf(ctl('privacyfunctionaris', ['--format', 'csv', 'agreement', 'versions']), ([, , state]) => state === 'voorgesteld');
    ctl('privacyfunctionaris', ['agreement', 'approve', ...proposed]);
    ctl('controller', ['publish', 'propose', '--agreement', 'openbaar-jaarcijfers', '--table', 'clienten-wet-wijk', '--from', '2017-01', '--to', '2017-12']);
    const waiting = firstOf(ctl('privacyfunctionaris', ['--format', 'csv', 'publish', 'list', '--state', 'PROPOSED']), ([name]) => name !== '');
    ctl('privacyfunctionaris', ['publish', 'approve', waiting[0]]);
    return { url, folder, ctl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(service, admin, process, instance) {
  for (;;) {
    if (process.exitCode !== null) throw new Error(`${service} did not start:\n${readFileSync(join(instance, 'log', `${service}.log`), 'utf8').slice(-2000)}`);
    const answer = await fetch(`http://127.0.0.1:${admin}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const demo = await startDemo(process.argv[2] ?? join(root, 'build/web'));
  console.log(demo.url);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void demo.stop().then(() => process.exit(0)));
}
