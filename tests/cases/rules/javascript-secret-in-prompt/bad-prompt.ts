const messages = [
  { role: 'system', content: `You may call our API with the key ${process.env.BILLING_API_KEY}.` }, // expect: javascript-secret-in-prompt
  { role: 'user', content: question },
];

await anthropic.messages.create({ model, system: 'The password is ' + process.env.DB_PASSWORD, messages }); // expect: javascript-secret-in-prompt
