const password = process.env.DB_PASSWORD;
const apiKey = 'your-api-key-1';
const secret = '<replace-me-1>';
const messages = { password: 'Password must have 8 characters' };
const fields = { password: 'password' };
const placeholder = { apiKey: process.env.API_KEY ?? '' };

export { password, apiKey, secret, messages, fields, placeholder };
