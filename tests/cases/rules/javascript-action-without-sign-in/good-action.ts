'use server';

import { auth } from '@/lib/auth';
import { prisma } from '@/lib/prisma';

export async function deleteNote(id: string) {
  const session = await auth();
  await prisma.note.delete({ where: { id, userId: session.user.id } });
}

export async function countNotes(id: string) {
  return prisma.note.count({ where: { id } });
}
