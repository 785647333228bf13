import { PrismaClient, Prisma } from '@prisma/client';

const prisma = new PrismaClient();

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const name = searchParams.get('name') ?? '';
  const direct = await prisma.$queryRaw`SELECT id FROM "User" WHERE name = ${name}`;
  const built = await prisma.$queryRaw(Prisma.sql`SELECT id FROM "User" WHERE name = ${name}`);
  const typed = await prisma.user.findMany({ where: { name } });
  const remote = await client.query({ query: USERS, variables: { name } });
  return Response.json({ direct, built, typed, remote });
}
