import Fastify from 'fastify';

const server = Fastify();

server.post('/rules', async (request, reply) => {
  const rule = (request.body as { rule: string }).rule;
  return eval('(' + rule + ')'); // expect: javascript-code-injection
});
