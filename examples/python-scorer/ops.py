"""What Kubernetes asks a process: `/healthz` (is it alive), `/readyz` (does it take work). A thread of its own."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def start(port, is_ready):
    """Listens on the port until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            known = {"/healthz": True, "/readyz": is_ready()}
            self.send_response({True: 200, False: 503}.get(known.get(self.path), 404))
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
