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
      {
        ...machine,
        grant_types: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        client_id: 'gateway',
        client_secret: 'secret:of+the gateway',
        scope: 'orders:read',
      },
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
  // RFC 8693: a token of somebody for one that the gateway may show.
  const exchange = async (context) => {
    const asked = context.oidc.params;
    const subject = await provider.ClientCredentials.find(asked.subject_token);
    if (!subject || asked.audience !== 'urn:backend') {
      context.status = 400;
      context.body = { error: 'invalid_grant' };
      return;
    }
    const token = new provider.ClientCredentials({ client: context.oidc.client, scope: 'orders:read' });
    const value = await token.save();
    context.body = {
      access_token: value, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      expires_in: token.expiration, token_type: 'Bearer',
    };
  };
  const names = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'];
  provider.registerGrantType('urn:ietf:params:oauth:grant-type:token-exchange', exchange, names);
  handler = provider.callback();
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
