const server = new ApolloServer({ typeDefs, resolvers, csrfPrevention: true });

const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'OPTIONS'] });

app.use(session({ secret: process.env.SESSION_SECRET, cookie: { secure: true, sameSite: 'lax' } }));

module.exports = {
  kit: { csrf: { checkOrigin: true } },
  experimental: { serverActions: { allowedOrigins: ['shop.example.com'] } },
};
