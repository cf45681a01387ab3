const ldap = require('ldapjs');

const client = ldap.createClient({ url: process.env.LDAP_URL });

exports.handler = (event, context, callback) => {
  const { uid } = JSON.parse(event.body);
  const filter = new ldap.EqualityFilter({ attribute: 'uid', value: String(uid) });
  client.search('ou=people,o=example', { filter, scope: 'sub' }, (error, result) => {
    result.on('searchEntry', (entry) => callback(null, { statusCode: 200, body: JSON.stringify(entry.pojo) }));
  });
};
