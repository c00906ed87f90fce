"""tombi_lsp.py TOMBI FOLDER: drives the language server tombi as an editor does, over policies in FOLDER.

FOLDER holds policy.schema.json, and policies are put there. Says what the server offers and shows; fails where keys are not completed with what
they do and the builds that read them, or a value without what it means.
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import tomllib

HEAD = """#:schema policy.schema.json

[policy]
id = "com.example.editors"

"""
CARET = "‸"


class Server:
    """A language server on the other end of two pipes."""

    def __init__(self, tombi, folder):
        self.process = subprocess.Popen(
            [tombi, "lsp", "--offline"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "TOMBI_OFFLINE": "1"},
        )
        # A server that hangs is ended, and the read below then fails.
        self.timer = threading.Timer(60, self.process.kill)
        self.timer.start()
        self.number = 0

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline()).strip():
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        if not length:
            sys.exit("the server has gone away")
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            message = self.read()
            if "method" in message and "id" in message:
                # What the server asks of the editor: every setting is its default.
                items = message.get("params", {}) or {}
                count = len(items.get("items", [])) if isinstance(items, dict) else 0
                self.send({"id": message["id"], "result": [None] * count if count else None})
            elif message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]

    def until_told(self, method, params):
        """Asks until there is an answer: the server reads an opened file beside answering."""
        for _ in range(50):
            found = self.ask(method, params)
            items = found.get("items", found) if isinstance(found, dict) else found
            if items:
                return found
            time.sleep(0.1)
        sys.exit(f"{method}: nothing, after fifty times")

    def end(self):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()


def typed(server, folder, text):
    """Opens a policy whose caret is marked; gives its address with the caret's place, and its text before and behind."""
    text = HEAD + text
    before, after = text.split(CARET)
    server.opened = getattr(server, "opened", 0) + 1
    policy = folder / f"policy-{server.opened}.toml"
    policy.write_text(before + after)
    document = {"uri": policy.as_uri(), "languageId": "toml", "version": 1, "text": before + after}
    server.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    return {"textDocument": {"uri": policy.as_uri()}, "position": position}, (before, after)


def completed(server, folder, text):
    """What is offered at the caret: labels with all that is told of them, and the text once each is taken."""
    where, (before, after) = typed(server, folder, text)
    found = server.until_told("textDocument/completion", {**where, "context": {"triggerKind": 1}})
    items = found["items"] if isinstance(found, dict) else found
    told, taken = {}, {}
    for item in items:
        words = item.get("documentation") or ""
        words = words["value"] if isinstance(words, dict) else words
        told[item["label"]] = f"{item.get('detail') or ''} | {words}"
        edit = item.get("textEdit")
        if edit:
            start = edit["range"]["start"]["character"] - where["position"]["character"]
            kept = before[: len(before) + start]
            taken[item["label"]] = kept + edit["newText"] + after
    return told, taken


def hovered(server, folder, text):
    """What is shown over the letter behind the caret."""
    where, _ = typed(server, folder, text)
    contents = server.until_told("textDocument/hover", where)["contents"]
    return contents["value"] if isinstance(contents, dict) else str(contents)


def wants(what, text, *parts):
    for part in parts:
        if part not in text:
            sys.exit(f"{what}: `{part}` is not in {text!r}")
    print(f"{what}: {' / '.join(parts)}")


def offered(what, told, label, *parts):
    if label not in told:
        sys.exit(f"{what}: {label} is not offered, but {sorted(told)[:40]}")
    wants(f"{what}: {label}", told[label], *parts)


def main(tombi, folder):
    folder = pathlib.Path(folder).resolve()
    server = Server(tombi, folder)
    try:
        root = {"uri": folder.as_uri(), "name": "policies"}
        completion = {"completionItem": {"documentationFormat": ["markdown"]}}
        abilities = {"textDocument": {"completion": completion, "hover": {"contentFormat": ["markdown"]}}}
        start = {"processId": os.getpid(), "rootUri": root["uri"], "workspaceFolders": [root]}
        server.ask("initialize", {**start, "capabilities": abilities})
        server.send({"method": "initialized", "params": {}})

        told, taken = completed(server, folder, "[settings]\n‸\n")
        offered("[settings]", told, "HowToCheck", "AutoUpdate from 3.8", "Whether updates are installed")
        offered("[settings]", told, "UpdateDeadline.FinalCountDown", "AutoUpdate from")
        settings = tomllib.loads(taken["UpdateDeadline.FinalCountDown"].rstrip() + " = 60")["settings"]
        if settings != {"UpdateDeadline.FinalCountDown": 60}:
            sys.exit(f"a key with a dot is put in without its quotes: {settings}")
        told, _ = completed(server, folder, "[settings.Outlook]\nDisableImport = true\nDis‸")
        offered("[settings.Outlook]", told, "DisableExport", "boolean; Outlook", "**type:** boolean")
        told, _ = completed(server, folder, "[settings.Outlook]\n‸\n")
        if "HowToCheck" in told:
            sys.exit("[settings.Outlook]: a key of AutoUpdate is offered")
        told, _ = completed(server, folder, "[settings]\nHowToCheck = ‸\n")
        offered("HowToCheck =", told, '"AutomaticDownload"', "looks for updates, downloads and installs them; the user")
        told, _ = completed(server, folder, '[[allow]]\ncode = "‸"\n')
        offered("[[allow]] code =", told, '"superseded"', "Something newer took the key's place")

        shown = hovered(server, folder, "[settings]\nHow‸ToCheck = 'Manual'\n")
        wants("hover over a key", shown, "Whether updates are installed, announced, or left to the user.")
        wants("hover over a key", shown, "**read by:** AutoUpdate from 3.8", "**sources:**")
        shown = hovered(server, folder, "[settings]\nHowToCheck = 'Ma‸nual'\n")
        wants("hover over a value", shown, "keeps only AutoUpdate itself up to date")
        shown = hovered(server, folder, "[settings.Out‸look]\nDisableImport = true\n")
        wants("hover over a domain", shown, "`com.microsoft.Outlook`")
        app = '[settings.AutoUpdate.Applications."/Applications/Microsoft Word.app"]'
        shown = hovered(server, folder, f"{app}\n'Application‸ ID' = 'MSWD2019'\n")
        wants("hover inside a dictionary", shown, "AutoUpdate's id of the app")
    finally:
        server.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
