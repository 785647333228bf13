app.get('/orders/:id', async (req, res) => {
  const order = await prisma.order.findUnique({ where: { id: Number(req.params.id) } }); // expect: javascript-record-of-anybody
  res.json(order);
});

export async function showInvoice(req, res) {
  const invoice = await Invoice.findById(req.params.id); // expect: javascript-record-of-anybody
  res.json(invoice);
}
