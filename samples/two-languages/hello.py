"""Says hello with the time, which it asks http://clock for. Python's urllib goes through HTTP_PROXY by itself."""
import os
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, "ok")
        try:
            with urllib.request.urlopen("http://clock/", timeout=5) as response:
                self.answer(200, f"hello, it is {response.read().decode()}")
        except urllib.error.HTTPError as error:
            self.answer(502, f"the clock answers {error.code}")

    def answer(self, status, text):
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hello).serve_forever()
