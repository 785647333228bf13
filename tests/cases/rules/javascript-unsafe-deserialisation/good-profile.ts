import yaml from 'js-yaml';

export function read(text: string) {
  return [JSON.parse(text), yaml.load(text)];
}
