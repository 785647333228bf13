import { execFile } from 'node:child_process';
import twilio from 'twilio';

const COMMANDS = { disk: ['df', ['-h']] };

export async function work(client, messages) {
  const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
  for await (const chunk of stream) {
    process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
  }
  const reply = await client.chat.completions.create({ model: 'gpt-4o', messages });
  const name = reply.choices[0].message.content;
  if (!Object.hasOwn(COMMANDS, name)) throw new Error('unknown command');
  const [program, words] = COMMANDS[name];
  execFile(program, words);
  const sent = await twilio().messages.create({ to: '+100', from: '+200', body: 'done' });
  execFile('logger', [sent.sid]);
}
