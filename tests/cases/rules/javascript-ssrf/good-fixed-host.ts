const HOSTS = new Set(['api.example.org', 'cdn.example.org']);
const API_BASE = 'https://api.example.org';

export async function GET(request: Request, { params }: { params: { id: string } }) {
  const { searchParams } = new URL(request.url);
  const user = await fetch(`https://api.example.org/users/${params.id}`);
  const list = await fetch(API_BASE + '/list?q=' + encodeURIComponent(searchParams.get('q') ?? ''));
  const named = await fetch(`${API_BASE}/names/${params.id}`);
  const sent = await fetch('https://api.example.org/log', { method: 'POST', body: params.id });
  const target = new URL(searchParams.get('url') ?? '');
  if (!HOSTS.has(target.hostname)) {
    return new Response('unknown host', { status: 400 });
  }
  const listed = await fetch(target);
  return Response.json([user.ok, list.ok, named.ok, sent.ok, listed.ok]);
}
