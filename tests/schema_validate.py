# Reads {"schema": ..., "facts": [...]} and answers, for each of the facts, whether the schema accepts it.
import json
import sys

import jsonschema

given = json.load(sys.stdin)
jsonschema.Draft7Validator.check_schema(given["schema"])
validator = jsonschema.Draft7Validator(given["schema"])
json.dump([[error.message for error in validator.iter_errors(facts)] for facts in given["facts"]], sys.stdout)
