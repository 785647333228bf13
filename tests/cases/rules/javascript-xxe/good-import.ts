import libxmljs from 'libxmljs';
import { XMLParser } from 'fast-xml-parser';

export function read(text: string) {
  return [libxmljs.parseXml(text), libxmljs.parseXml(text, { noent: false }), new XMLParser().parse(text)];
}
