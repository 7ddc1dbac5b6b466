# Reads {"schema": ..., "documents": [...]} and answers what the schema has against each of the documents.
import json
import sys

import jsonschema

given = json.load(sys.stdin)
kind = jsonschema.validators.validator_for(given["schema"])
kind.check_schema(given["schema"])
validator = kind(given["schema"])
json.dump([[error.message for error in validator.iter_errors(document)] for document in given["documents"]], sys.stdout)
