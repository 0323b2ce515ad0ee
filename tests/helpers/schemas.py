"""What YAML may hold, by the schemas that come with check-jsonschema. No network."""

import json
from importlib.resources import files

import check_jsonschema
import yaml
from jsonschema.validators import validator_for


def mistakes(schema, text):
    """What a text has that its schema, of those that come with check-jsonschema, does not allow."""
    file = files(check_jsonschema) / "builtin_schemas" / "vendor" / f"{schema}.json"
    rules = json.loads(file.read_text(encoding="utf-8"))
    validator = validator_for(rules)(rules)
    read = {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}
    return [error.message for error in validator.iter_errors(read)]  # for YAML 1.1, on is True
