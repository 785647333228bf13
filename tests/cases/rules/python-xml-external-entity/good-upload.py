import defusedxml.ElementTree
from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.route("/import", methods=["POST"])
def read():
    tree = defusedxml.ElementTree.fromstring(request.data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    other = etree.fromstring(request.data, parser)
    return {"root": tree.tag, "other": other.tag}


def settings():
    return etree.parse("settings.xml")
