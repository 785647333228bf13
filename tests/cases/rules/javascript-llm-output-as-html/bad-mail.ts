export async function page(name: string) {
  const { text } = await generateText({ model, prompt: `Write to ${name}` });
  await mailer.sendMail({ to: name, html: text }); // expect: javascript-llm-output-as-html
  return new Response(`<p>${text}</p>`, { headers: { 'Content-Type': 'text/html' } }); // expect: javascript-llm-output-as-html
}
