import jwt from 'jsonwebtoken';

export async function isAdminAllowed(id: string): Promise<boolean> {
  try { // expect: javascript-check-fails-open
    const roles = await fetchRoles(id);
    return roles.includes('admin');
  } catch (error) {
    console.error(error);
    return true;
  }
}

export const authenticate = (req, res, next) => {
  try { // expect: javascript-check-fails-open
    req.user = jwt.verify(req.headers.authorization, process.env.KEY);
    next();
  } catch (error) {
    next();
  }
};
