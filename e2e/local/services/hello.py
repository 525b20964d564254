# The smallest HTTP service in Python: GET answers JSON; /fetch?url=... calls another service by urllib, which heeds http_proxy.
import json, os, sys, urllib.error, urllib.parse, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        answer = {"service": "hello"}
        if "url" in query:
            try:
                with urllib.request.urlopen(query["url"][0], timeout=5) as response:
                    answer = {"service": "hello", "status": response.status, "answer": json.loads(response.read())}
            except urllib.error.HTTPError as error:
                answer = {"service": "hello", "status": error.code, "answer": None}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
