const messages = [
  { role: 'system', content: `You answer questions about ${process.env.COMPANY_NAME}.` },
  { role: 'user', content: question },
];

const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });
await fetch(url, { headers: { Authorization: `Bearer ${process.env.BILLING_API_KEY}` }, body: JSON.stringify(messages) });
