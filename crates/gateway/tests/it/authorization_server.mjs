// A real authorization server (npm `oidc-provider`) for the tests: client credentials, introspection, revocation, DPoP.
// Arguments: the module's path. Prints one line of JSON with its issuer; ends with its standard input.
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const { default: Provider } = await import(pathToFileURL(process.argv[2]));
let handler;
let questions = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/questions') return response.end(String(questions));
  if (request.url === '/token/introspection') questions += 1;
  handler(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  const provider = new Provider(issuer, {
    clients: [
      { ...machine, client_id: 'app', client_secret: 'secret-of-the-app', scope: 'orders:read' },
      { ...machine, client_id: 'gateway', client_secret: 'secret:of+the gateway' },
    ],
    scopes: ['orders:read'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (context, client) => client.clientId === 'gateway' },
      revocation: { enabled: true },
    },
  });
  handler = provider.callback();
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
