import axios from 'axios';

export async function sync(token: string, password: string) {
  await fetch('http://api.example.com/items', { headers: { Authorization: `Bearer ${token}` } }); // expect: javascript-cleartext-protocol
  await axios.post('http://api.example.com/login', { user: 'ada', password }); // expect: javascript-cleartext-protocol
  await fetch('http://login.example.com/', { // expect: javascript-cleartext-protocol
    method: 'POST',
    body: JSON.stringify({ user: 'ada', password: password }),
  });
}

export const client = axios.create({ // expect: javascript-cleartext-protocol
  baseURL: 'http://api.example.com',
  headers: { Authorization: process.env.API_TOKEN },
});
