'use server';

import { prisma } from '@/lib/prisma';

export async function deleteNote(id: string) { // expect: javascript-action-without-sign-in
  await prisma.note.delete({ where: { id } });
}

export async function rename(id: string, title: string) { // expect: javascript-action-without-sign-in
  const note = await prisma.note.update({ where: { id }, data: { title } });
  return note.title;
}
