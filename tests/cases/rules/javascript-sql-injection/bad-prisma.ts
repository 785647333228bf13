import { PrismaClient } from '@prisma/client';
import { NextResponse } from 'next/server';

const prisma = new PrismaClient();

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const name = searchParams.get('name');
  const users = await prisma.$queryRawUnsafe(`SELECT id FROM "User" WHERE name = '${name}'`); // expect: javascript-sql-injection
  return NextResponse.json(users);
}

export async function DELETE(request: Request) {
  const { id } = await request.json();
  await prisma.$executeRawUnsafe('DELETE FROM "User" WHERE id = ' + id); // expect: javascript-sql-injection
  return NextResponse.json({ deleted: true });
}
