import xml.sax
import xml.sax.handler

from lxml import etree


def parse(text):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    return etree.fromstring(text, parser=parser)


def stream(file):
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, False)
    parser.setFeature(xml.sax.handler.feature_namespaces, True)
    parser.parse(file)
