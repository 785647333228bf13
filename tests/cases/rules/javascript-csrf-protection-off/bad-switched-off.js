const server = new ApolloServer({ typeDefs, resolvers, csrfPrevention: false }); // expect: javascript-csrf-protection-off

const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'POST'] }); // expect: javascript-csrf-protection-off

app.use(session({ secret: process.env.SESSION_SECRET, cookie: { secure: true, sameSite: 'none' } })); // expect: javascript-csrf-protection-off

module.exports = {
  kit: { csrf: { checkOrigin: false } }, // expect: javascript-csrf-protection-off
  experimental: { serverActions: { allowedOrigins: ['*'] } }, // expect: javascript-csrf-protection-off
};
