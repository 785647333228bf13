import http from 'node:http';

http.createServer((req, res) => {
  const name = new URL(req.url ?? '/', 'http://localhost').searchParams.get('name');
  res.setHeader('Content-Type', 'text/html');
  res.end(`<b>${name}</b>`); // expect: javascript-reflected-xss
}).listen(3000);
