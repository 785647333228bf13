const HOSTS = new Set(['example.com', 'www.example.com']);

function allowed(text) {
  const url = new URL(text);
  return url.protocol === 'https:' && HOSTS.has(url.hostname);
}

function sameOrigin(origin) {
  // The slash, or the dot, ends the name.
  return origin === 'https://example.com' || origin.endsWith('.example.com');
}

function toExample(redirectUrl) {
  return redirectUrl.startsWith('https://example.com/');
}

const isDocs = (title) => title.includes('example.com');
