"""try_squid.py CONF LIST SQUID: starts SQUID on loopback with the access lists CONF, and a server that stands in for
every host there is; asks for each line of LIST, "host<TAB>stopped|contacted|other". What is stopped is answered with 403, for http
and for https (CONNECT); everything else is served by the stand-in. Complains, and ends what it has started."""
import http.client
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

MARK = "stand-in"


class StandIn(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{MARK} {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configuration(folder, lists, port, parent):
    return f"""http_port 127.0.0.1:{port}
pid_filename {folder}/squid.pid
access_log none
cache_log {folder}/cache.log
cache_store_log none
cache deny all
coredump_dir {folder}
dns_nameservers 127.0.0.1
visible_hostname localhost
shutdown_lifetime 0 seconds
include {lists}
# Somebody's own rules, below: who comes from elsewhere needs a password.
acl from_here src 127.0.0.1
http_access allow from_here prefsmith_contacted
http_access allow from_here
http_access deny all
cache_peer 127.0.0.1 parent {parent} 0 no-query no-digest originserver default
never_direct allow all
"""


def ask(port, host, method):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        if method == "CONNECT":
            link.request("CONNECT", f"{host}:443")
        else:
            link.request("GET", f"http://{host}/")
        answer = link.getresponse()
        # What a tunnel carries is no longer an answer of the proxy.
        body = b"" if method == "CONNECT" else answer.read()
        return answer.status, body.decode(errors="replace")
    finally:
        link.close()


def wait(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("squid does not answer")


def judge(port, lines):
    wrong = 0
    counts = {"stopped": 0, "contacted": 0, "other": 0}
    for host, way in lines:
        counts[way] += 1
        status, body = ask(port, host, "GET")
        good = status == 403 if way == "stopped" else status == 200 and body.startswith(MARK)
        if good and way == "stopped":
            status, _ = ask(port, host, "CONNECT")
            good = status == 403
        if not good:
            wrong += 1
            print(f"{host}: {status}, and it is {way}")
    print(counts)
    return wrong or not counts["stopped"] or not counts["contacted"]


def main(lists, path, squid):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line.strip()]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        port = free_port()
        conf = f"{folder}/squid.conf"
        with open(conf, "w", encoding="utf-8") as file:
            file.write(configuration(folder, lists, port, server.server_address[1]))
        subprocess.run([squid, "-k", "parse", "-f", conf], check=True, stderr=subprocess.DEVNULL)
        process = subprocess.Popen([squid, "-N", "-f", conf], stderr=subprocess.DEVNULL)
        try:
            wait(port)
            wrong = judge(port, lines)
        finally:
            process.terminate()
            process.wait(30)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
