import escapeRegExp from 'lodash/escapeRegExp';

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const query = searchParams.get('q') ?? '';
  const pattern = new RegExp(escapeRegExp(query), 'i');
  const other = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return Response.json([pattern.source, other.source, /^\w+$/.test(query)]);
}
