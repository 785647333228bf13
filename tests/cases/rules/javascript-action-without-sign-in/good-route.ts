export async function DELETE(request: Request, { params }: Props) {
  const { id } = await params;
  if (request.headers.get('authorization') !== process.env.CRON_KEY) return new Response(null, { status: 401 });
  await prisma.post.delete({ where: { id } });
  return new Response(null, { status: 204 });
}

export async function sweep(id: string) {
  await prisma.post.delete({ where: { id } });
}
