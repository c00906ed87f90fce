"""Property lists as macOS writes them."""

import base64
import datetime
import plistlib

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
    '<plist version="1.0">\n'
)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lines(value, indent):
    """The lines of a value as CoreFoundation writes them."""
    tabs = "\t" * indent
    if isinstance(value, bool):
        yield f"{tabs}<{'true' if value else 'false'}/>"
    elif isinstance(value, int):
        yield f"{tabs}<integer>{value}</integer>"
    elif isinstance(value, float):
        yield f"{tabs}<real>{value:.17g}</real>"
    elif isinstance(value, str):
        yield f"{tabs}<string>{escaped(value)}</string>"
    elif isinstance(value, datetime.datetime):
        yield f"{tabs}<date>{value.strftime('%Y-%m-%dT%H:%M:%SZ')}</date>"
    elif isinstance(value, bytes):
        yield f"{tabs}<data>"
        text = base64.b64encode(value).decode("ascii")
        width = max(16, 76 - 8 * indent)
        yield from (tabs + text[at : at + width] for at in range(0, len(text), width))
        yield f"{tabs}</data>"
    elif isinstance(value, list):
        if not value:
            yield f"{tabs}<array/>"
            return
        yield f"{tabs}<array>"
        for item in value:
            yield from lines(item, indent + 1)
        yield f"{tabs}</array>"
    else:
        if not value:
            yield f"{tabs}<dict/>"
            return
        yield f"{tabs}<dict>"
        for key in sorted(value):
            yield f"{tabs}\t<key>{escaped(key)}</key>"
            yield from lines(value[key], indent + 1)
        yield f"{tabs}</dict>"


def to_xml(value):
    return (HEAD + "\n".join(lines(value, 0)) + "\n</plist>\n").encode("utf-8")


def read_plist(path):
    """The root of a property list; None where there is no file."""
    try:
        with open(path, "rb") as file:
            return plistlib.load(file)
    except FileNotFoundError:
        return None
