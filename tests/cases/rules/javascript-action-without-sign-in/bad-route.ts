export async function DELETE(request: Request, { params }: Props) { // expect: javascript-action-without-sign-in
  const { id } = await params;
  await prisma.post.delete({ where: { id } });
  return new Response(null, { status: 204 });
}
