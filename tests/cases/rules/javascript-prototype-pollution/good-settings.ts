import express from 'express';
import merge from 'lodash/merge';
import { z } from 'zod';

const Settings = z.object({ theme: z.string(), size: z.number() }).strict();
const app = express();
let settings = {};

app.patch('/settings', (req, res) => {
  settings = merge(settings, Settings.parse(req.body));
  settings = { ...settings, theme: String(req.body.theme) };
  res.json(settings);
});
