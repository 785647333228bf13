export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const target = searchParams.get('url');
  if (!target) {
    return new Response('missing url', { status: 400 });
  }
  const response = await fetch(target); // expect: javascript-ssrf
  return new Response(await response.text());
}
