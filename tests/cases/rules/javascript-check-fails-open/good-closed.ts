import jwt from 'jsonwebtoken';

export async function isAdminAllowed(id: string): Promise<boolean> {
  try {
    const roles = await fetchRoles(id);
    return roles.includes('admin');
  } catch (error) {
    console.error(error);
    return false;
  }
}

export const authenticate = (req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.KEY);
    next();
  } catch (error) {
    res.status(401).json({ error: 'sign in first' });
  }
};

// Nobody has to be signed in here.
export const optionalAuth = (req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.KEY);
    next();
  } catch (error) {
    next();
  }
};

export function hasFeature(name: string) {
  try {
    return lookup(name);
  } catch {
    return true;
  }
}
