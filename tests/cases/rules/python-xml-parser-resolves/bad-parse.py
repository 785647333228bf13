import xml.sax
import xml.sax.handler

from lxml import etree


def parse(text):
    parser = etree.XMLParser(resolve_entities=True, no_network=False)  # expect: python-xml-parser-resolves
    return etree.fromstring(text, parser=parser)


def big(text):
    return etree.fromstring(text, etree.XMLParser(huge_tree=True))  # expect: python-xml-parser-resolves


def stream(file):
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)  # expect: python-xml-parser-resolves
    parser.parse(file)
