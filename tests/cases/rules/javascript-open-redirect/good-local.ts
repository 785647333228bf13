import { NextResponse } from 'next/server';

const TARGETS = ['/home', '/settings'];

export async function GET(request: Request, { params }: { params: { id: string } }) {
  const { searchParams } = new URL(request.url);
  const next = searchParams.get('next') ?? '/home';
  if (!TARGETS.includes(next)) {
    return NextResponse.redirect(new URL('/home', request.url));
  }
  if (params.id) {
    return NextResponse.redirect(`/items/${params.id}`);
  }
  return NextResponse.redirect(next);
}
