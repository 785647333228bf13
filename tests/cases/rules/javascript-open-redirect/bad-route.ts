import { NextResponse } from 'next/server';

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  return NextResponse.redirect(searchParams.get('returnTo') ?? '/'); // expect: javascript-open-redirect
}
