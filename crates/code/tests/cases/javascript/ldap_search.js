const ldap = require('ldapjs');

const client = ldap.createClient({ url: process.env.LDAP_URL });

exports.handler = (event, context, callback) => {
  const { uid } = JSON.parse(event.body);
  client.search('ou=people,o=example', { filter: '(uid=' + uid + ')', scope: 'sub' }, (error, result) => { // flow: ldap
    result.on('searchEntry', (entry) => callback(null, { statusCode: 200, body: JSON.stringify(entry.pojo) }));
  });
};
