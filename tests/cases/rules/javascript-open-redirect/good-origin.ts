export async function GET(request: Request) {
  const address = new URL(request.url);
  return NextResponse.redirect(address.origin);
}
