export const login = async (req) => {
  return req.payload.find({ collection: 'users', where: { email: { equals: req.data.email } } });
};
