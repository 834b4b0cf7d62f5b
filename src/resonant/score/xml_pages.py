"""XML as bytes: the same tree gives the same bytes, and text that XML can not hold is left out."""

import re
from xml.etree import ElementTree as ET

# The Char production of XML 1.0 (fifth edition, section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def child(parent: ET.Element, tag: str, text: object = None, /, **attributes: object) -> ET.Element:
    """A new last element of `parent`; attributes that are None are left out, `_` in a name is a hyphen."""
    element = ET.SubElement(parent, tag)
    for name, value in attributes.items():
        if value is not None:
            element.set(name.replace("_", "-"), legal(str(value)))
    if text is not None:
        element.text = legal(str(text))
    return element


def legal(text: str) -> str:
    """The text without the characters that XML can not hold."""
    return _NOT_IN_XML.sub("", text)


def xml_bytes(root: ET.Element, doctype: str = "") -> bytes:
    """The document, indented, in UTF-8."""
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' + (f"{doctype}\n" if doctype else "")
    return (head + ET.tostring(root, encoding="unicode") + "\n").encode()
