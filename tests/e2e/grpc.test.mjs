// SPDX-License-Identifier: EUPL-1.2
// The gRPC door as a client of somebody else sees it: @grpc/grpc-js with the protos of this repository, and nothing of ours.
// tests/system/door_test.cc starts an instance and runs this; the environment says where it is:
//   NMD_GRPC        address, "127.0.0.1:8113"
//   NMD_CERTS       folder with ca.pem, aanbieder.pem and aanbieder.key
//   NMD_TOKENS      folder with {role}.token
//   NMD_PROTOS      folders with protos, parted by ":"
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const { NMD_GRPC: address, NMD_CERTS: certs, NMD_TOKENS: tokens, NMD_PROTOS: protos } = process.env;
const parent = 'municipalities/gm1730';
const api = grpc.loadPackageDefinition(
  loader.loadSync(['nmd/contracts/v1/contracts.proto', 'nmd/ingestion/v1/ingestion.proto'], {
    includeDirs: protos.split(':'),
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  }),
).nmd;

const ca = readFileSync(`${certs}/ca.pem`);
const open = grpc.credentials.createSsl(ca);
const provider = grpc.credentials.createSsl(ca, readFileSync(`${certs}/aanbieder.key`), readFileSync(`${certs}/aanbieder.pem`));

function metadata(role, more = {}) {
  const result = new grpc.Metadata();
  if (role) result.set('authorization', `Bearer ${readFileSync(`${tokens}/${role}.token`, 'utf8').trim()}`);
  for (const [key, value] of Object.entries(more)) result.set(key, value);
  return result;
}

const call = (client, method, request, data, options = {}) =>
  new Promise((resolve, reject) => {
    client[method](request, data, { deadline: Date.now() + 30_000, ...options }, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });

async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail('it was let in'),
    (e) => e,
  );
  // google.rpc.Status with ErrorInfo travels in the trailers; the reason is readable text in it.
  const details = error.metadata.get('grpc-status-details-bin')[0]?.toString('latin1') ?? '';
  return { code: error.code, details };
}

const contracts = new api.contracts.v1.ContractsService(address, open);
const ingestion = new api.ingestion.v1.IngestionService(address, open);

test('lists signals', async () => {
  const response = await call(contracts, 'ListSignals', { parent }, metadata('contractmanager'));
  assert.deepEqual(response.signals, []);
});

test('uploads a delivery, and the same bytes once', async () => {
  const request = {
    parent,
    source: 'producten',
    file_name: '2018.csv',
    content: Buffer.from('wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant;4;01-01-2018;\n'),
  };
  const first = await call(ingestion, 'DeliverFile', request, metadata('beheerder'));
  assert.equal(first.state, 'ACCEPTED');
  const again = await call(ingestion, 'DeliverFile', request, metadata('beheerder'));
  assert.equal(again.name, first.name);
});

test('without a token or certificate nobody is let in', async () => {
  const { code, details } = await refusal(call(contracts, 'ListSignals', { parent }, metadata('')));
  assert.equal(code, grpc.status.UNAUTHENTICATED);
  assert.match(details, /IDENTITY_MISSING/);
});

test('the policy is that of the HTTP door', async () => {
  const role = await refusal(call(contracts, 'ListSignals', { parent }, metadata('griffie')));
  assert.equal(role.code, grpc.status.PERMISSION_DENIED);
  assert.match(role.details, /ROLE_MISSING/);
  const scope = await refusal(call(contracts, 'ListSignals', { parent: 'municipalities/gm0106' }, metadata('contractmanager')));
  assert.equal(scope.code, grpc.status.PERMISSION_DENIED);
  assert.match(scope.details, /SCOPE_FOREIGN/);
});

test('a provider is known by its certificate, and may only what providers may', async () => {
  const client = new api.contracts.v1.ContractsService(address, provider);
  const { code, details } = await refusal(call(client, 'ListSignals', { parent }, metadata('', { 'nmd-purpose': 'afstemming' })));
  assert.equal(code, grpc.status.PERMISSION_DENIED);
  assert.match(details, /ROLE_MISSING/);
});

test('a method that is not there', async () => {
  const { code } = await refusal(
    new Promise((resolve, reject) => {
      contracts.makeUnaryRequest('/nmd.nothing.v1.Nothing/Nothing', (b) => b, (b) => b, Buffer.alloc(0), metadata('griffie'), (e, r) =>
        e ? reject(e) : resolve(r),
      );
    }),
  );
  assert.equal(code, grpc.status.UNIMPLEMENTED);
});

test('a deadline holds', async () => {
  const { code } = await refusal(call(contracts, 'ListSignals', { parent }, metadata('contractmanager'), { deadline: Date.now() - 1 }));
  assert.equal(code, grpc.status.DEADLINE_EXCEEDED);
});

test('the health service says that it serves', async () => {
  // grpc.health.v1.Health/Check of the whole server: HealthCheckResponse{status: SERVING} is 08 01.
  const response = await new Promise((resolve, reject) => {
    contracts.makeUnaryRequest('/grpc.health.v1.Health/Check', (b) => b, (b) => b, Buffer.alloc(0), metadata(''), (e, r) =>
      e ? reject(e) : resolve(r),
    );
  });
  assert.deepEqual([...response], [8, 1]);
});
