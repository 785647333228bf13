router.post('/register', body('email').isEmail(), body('password').isLength({ min: 5 }), register); // expect: javascript-password-policy-weak

const schema = Joi.object({ password: Joi.string().min(3).required() }); // expect: javascript-password-policy-weak
