import xml.sax
from xml.dom import minidom

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.route("/import", methods=["POST"])
def read():
    parser = etree.XMLParser(resolve_entities=True)
    tree = etree.fromstring(request.data, parser)  # expect: python-xml-external-entity
    document = minidom.parseString(request.get_data())  # expect: python-xml-external-entity
    return {"root": tree.tag, "other": document.nodeName}
