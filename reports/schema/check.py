#!/usr/bin/env python3
"""Validates JSON documents against a schema: check.py [--refused] SCHEMA FILE|FOLDER...

A folder stands for its *.json files, of which there must be one. With --refused every document must be invalid.
Prints a line for each document that is not as expected; exits with 1 when there is one, with 2 when nothing could be
checked.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("check.py: the Python module jsonschema is missing (Debian package python3-jsonschema)")


def stop(message):
    print(f"check.py: {message}", file=sys.stderr)
    sys.exit(2)


def load(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        stop(f"{path}: {error}")


def documents(arguments):
    for argument in map(pathlib.Path, arguments):
        files = sorted(argument.glob("*.json")) if argument.is_dir() else [argument]
        if not files:
            stop(f"{argument}: no *.json file in this folder")
        yield from files


def first_error(validator, document):
    """The deepest error says most: branches that do not apply fail near the top."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    if error is None:
        return None
    place = "".join(f"/{step}" for step in error.absolute_path) or "/"
    return f"{place}: {error.message[:300]}"


def main(arguments):
    refused = arguments[:1] == ["--refused"]
    arguments = arguments[1:] if refused else arguments
    if len(arguments) < 2:
        stop("usage: check.py [--refused] SCHEMA FILE|FOLDER...")
    schema = load(pathlib.Path(arguments[0]))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    wrong = 0
    checked = 0
    for path in documents(arguments[1:]):
        error = first_error(validator, load(path))
        checked += 1
        if refused and error is None:
            print(f"{path}: valid, but should be refused")
        elif not refused and error is not None:
            print(f"{path}: {error}")
        else:
            continue
        wrong += 1
    print(f"{checked - wrong} of {checked} documents as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
