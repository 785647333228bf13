import { prisma } from './prisma';

export async function POST(request: Request) {
  const body = await request.json();
  const user = await prisma.user.create({ data: body }); // expect: javascript-mass-assignment
  return Response.json(user);
}
