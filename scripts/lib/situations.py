"""What tests of situations have in common: a folder shaped like a Mac, and a policy built for it. PREFSMITH names the
binary, SCRIPT_SHELL the shell that scripts are run by."""

import os
import subprocess
import tempfile
import unittest

from on_mac import Folder

SHELL = os.environ.get("SCRIPT_SHELL", "dash")


class OnMac(unittest.TestCase):
    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.top = top.name
        self.mac = Folder(self.top)

    def built(self, policy, target, *options, name="policy", status=0):
        """Builds a policy into a folder of its name, and says which."""
        path = f"{self.top}/{name}.toml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy)
        out = f"{self.top}/out-{name}"
        command = [os.environ["PREFSMITH"], "build", path, "--target", target, "--out", out, *options]
        ran = subprocess.run(command, capture_output=True, check=False, text=True)
        self.assertEqual(ran.returncode, status, ran.stderr)
        self.said = ran.stderr
        return out
