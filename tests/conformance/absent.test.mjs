// Operations of the client that are not emulated are refused in the service's own form.
import { test } from 'node:test';
import { conformance, group, location, names, refused } from './emulator.mjs';

const calls = {
  'computeOperations.start': ({ client, workspace }) => client.computeOperations.beginStart(group, workspace, 'cpu'),
  batchEndpoints: ({ client, workspace }) => names(client.batchEndpoints.list(group, workspace)),
  batchDeployments: ({ client, workspace }) => names(client.batchDeployments.list(group, workspace, 'x')),
  onlineEndpoints: ({ client, workspace }) => client.onlineEndpoints.get(group, workspace, 'x'),
  onlineDeployments: ({ client, workspace }) => names(client.onlineDeployments.list(group, workspace, 'x')),
};

conformance('what is not emulated', (context) => {
  for (const [title, call] of Object.entries(calls)) {
    test(title, () => refused(call(context), 501, 'NotEmulated', /^(GET|POST) \/.* is not emulated\. docs\/emulator\.md lists the operations that are\.$/));
  }
});
