export async function page(name: string) {
  const { text } = await generateText({ model, prompt: `Write to ${name}` });
  await mailer.sendMail({ to: name, text });
  return new Response(text, { headers: { 'Content-Type': 'text/plain' } });
}
