const https = require('https');
const axios = require('axios');

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // expect: javascript-tls-check-disabled

const agent = new https.Agent({ rejectUnauthorized: false }); // expect: javascript-tls-check-disabled
axios.get('https://internal.example.org', { httpsAgent: agent });
