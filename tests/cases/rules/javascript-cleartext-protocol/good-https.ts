import axios from 'axios';

export async function sync(token: string, password: string) {
  await fetch('https://api.example.com/items', { headers: { Authorization: `Bearer ${token}` } });
  await axios.post('http://localhost:3000/login', { user: 'ada', password });
  await fetch('http://auth:8080/check', { headers: { Authorization: `Bearer ${token}` } });
  await axios.post('http://api.example.com/search', { text: 'plain' });
  await fetch('http://example.com/feed.xml', { headers: { Accept: 'text/xml' } });
}
