const OpenAI = require('openai');
const { exec } = require('child_process');

const openai = new OpenAI();

async function run(task) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: task }],
  });
  const code = completion.choices[0].message.content;
  eval(code); // expect: javascript-llm-output-executed
  const command = completion.choices[0].message.content.trim();
  exec(command, (error, stdout) => console.log(stdout)); // expect: javascript-llm-output-executed
}

module.exports = { run };
