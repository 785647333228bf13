import OpenAI from 'openai';

const openai = new OpenAI();

export async function answer(question, element) {
  const response = await openai.responses.create({ model: 'gpt-4o', input: question });
  element.innerHTML = response.output_text; // expect: javascript-llm-output-as-html
}
