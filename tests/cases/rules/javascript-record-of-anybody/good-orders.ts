app.get('/orders/:id', requireSignIn, async (req, res) => {
  const order = await prisma.order.findFirst({ where: { id: Number(req.params.id), userId: req.user.id } });
  res.json(order);
});

export async function showInvoice(req, res) {
  const invoice = await Invoice.findById(req.params.id);
  if (!invoice || invoice.owner !== req.user.id) return res.status(404).end();
  res.json(invoice);
}

app.get('/products/:id', async (req, res) => {
  res.json(await Product.findById(req.params.id));
});

export async function remind(job) {
  return Invoice.findById(job.invoiceId);
}
