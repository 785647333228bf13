import { z } from 'zod';
import { openai } from './client';
import { prisma } from './prisma';

const NewUser = z.object({ name: z.string(), email: z.string() }).strict();

export async function POST(request: Request) {
  const body = await request.json();
  const { name, email } = body;
  const first = await prisma.user.create({ data: { name, email } });
  const second = await prisma.user.create({ data: NewUser.parse(body) });
  const answer = await openai.chat.completions.create(body);
  return Response.json({ first, second, answer });
}
