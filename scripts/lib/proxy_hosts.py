"""proxy_hosts.py TABLE STATES: the hosts of a table of `endpoints --format csv`, "host<TAB>stopped" or "host<TAB>contacted",
a line each. A pattern is told by hosts that it holds. What any row contacts, or may, is contacted.
proxy_hosts.py strangers: hosts that are in no list, though they look like some that are."""
import csv
import sys

# `*` is one label, or the start of one.
STARS = ["a", "eus2-prod", "0", "x_y"]
STRANGERS = """
live.com
login.live.com.example.com
xlogin.live.com
login.live.comx
login-live.com
loginxlive.com
vo.msecnd.net
a.b.vo.msecnd.net
avo.msecnd.net
contentstorage.osi.office.net.example.org
-contentstorage.osi.office.net
a.b-contentstorage.osi.office.net
acontentstorage.osi.office.net
en.m.wikipedia.org
wikipedia.org
virtualearth.net
t0.virtualearth.net.example
optimizely.com
constructor
__proto__
tostring
example.com
*.wikipedia.org
""".split()


def hosts(path):
    states = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            states.setdefault(row["host"], set()).add(row["state"])
    for host, found in sorted(states.items()):
        way = "stopped" if found == {"stopped"} else "contacted"
        for star in STARS if "*" in host else [""]:
            yield host.replace("*", star), way


if sys.argv[1] == "strangers":
    print("\n".join(STRANGERS))
else:
    for host, way in hosts(sys.argv[1]):
        # In any letter case, and with the dot at the end that a full name may have.
        for form in (host, host.upper(), host + "."):
            print(f"{form}\t{way}")
