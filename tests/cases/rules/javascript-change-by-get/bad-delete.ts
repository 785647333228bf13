router.get('/notes/:id/delete', signedIn, async (req, res) => {
  await Note.findByIdAndDelete(req.params.id); // expect: javascript-change-by-get
  res.redirect('/notes');
});

export async function GET(request: Request) {
  const id = new URL(request.url).searchParams.get('id');
  await prisma.note.delete({ where: { id } }); // expect: javascript-change-by-get
  return Response.json({ ok: true });
}
