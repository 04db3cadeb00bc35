"""A receiver of webhooks built on the stock `standardwebhooks` package.

usage: receiver.py [--failing] SECRET [SECRET]

Listens on a free port of 127.0.0.1 and writes one JSON value a line: first {"port": N}, then what
came, with whether the package accepts it and whether it refuses the same with one byte changed.
Answers 200, but with --failing 500 to the first attempt of every third message; and under /elsewhere
302 to an address inside the house.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

arguments = sys.argv[1:]
failing = "--failing" in arguments
verifiers = [Webhook(secret) for secret in arguments if secret != "--failing"]
seen = {}
lock = threading.Lock()


def accepted(verifier, body, headers):
    try:
        verifier.verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        message = headers["webhook-id"]
        with lock:
            attempt = seen[message] = seen.get(message, 0) + 1
            fails = failing and attempt == 1 and len(seen) % 3 == 0
            tampered = body.replace(b'"', b"'", 1)
            print(
                json.dumps(
                    {
                        "path": self.path,
                        "id": message,
                        "attempt": attempt,
                        "answered": 500 if fails else 200,
                        "accepted": [accepted(v, body, headers) for v in verifiers],
                        "tamperedAccepted": any(
                            accepted(v, tampered, headers) for v in verifiers
                        ),
                        "body": json.loads(body),
                    }
                ),
                flush=True,
            )
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "http://169.254.169.254/latest/meta-data")
        else:
            self.send_response(500 if fails else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
