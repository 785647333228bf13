'use server';

export async function remove(id: string) {
  await db.query(`DELETE FROM notes WHERE id = '${id}'`); // expect: javascript-sql-injection
}

@Controller('notes')
export class NotesController {
  @Get()
  async list(@Query('sort') sort: string) {
    return this.source.query(`SELECT * FROM notes ORDER BY ${sort}`); // expect: javascript-sql-injection
  }

  @Post()
  add(@Body() note: Note) {
    return this.source.query(`INSERT INTO notes VALUES ('${note.title}')`); // expect: javascript-sql-injection
  }
}

export const notes = router({
  byTitle: publicProcedure.input(z.object({ title: z.string() })).query(async ({ input, ctx }) => {
    return ctx.prisma.$queryRawUnsafe(`SELECT * FROM notes WHERE title = '${input.title}'`); // expect: javascript-sql-injection
  }),
});

export default async function Page({ searchParams }: Props) {
  const { q } = await searchParams;
  return db.query(`SELECT * FROM notes WHERE title LIKE '%${q}%'`); // expect: javascript-sql-injection
}
