import OpenAI from 'openai';

export const openai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });
export const analytics = process.env.NEXT_PUBLIC_ANALYTICS_KEY;
export const maps = process.env.NEXT_PUBLIC_OPENAI_BASE_URL;
