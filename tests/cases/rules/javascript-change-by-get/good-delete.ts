router.delete('/notes/:id', signedIn, async (req, res) => {
  await Note.findByIdAndDelete(req.params.id);
  res.status(204).end();
});

router.get('/logout', (req, res) => {
  req.session.destroy(() => res.redirect('/'));
});

router.get('/notes/:id', signedIn, async (req, res) => {
  cache.delete(req.params.id);
  res.json(await Note.findById(req.params.id));
});

export async function POST(request: Request) {
  const { id } = await request.json();
  await prisma.note.delete({ where: { id } });
  return Response.json({ ok: true });
}
