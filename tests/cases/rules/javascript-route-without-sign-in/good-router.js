const router = require('express').Router();

router.use(onlyForStaff);

router.get('/admin/orders', async (req, res) => {
  res.json(await Order.find());
});
