"""Sends files by Google's own clients over connections that break, and prints what became of each as JSON.

Standard input: a JSON list of {client, url, path, chunk, sized, checksum, breaks: [[number of PUT, bytes], ...], recover}.
"""

import io
import json
import socket
import sys
from urllib.parse import urlsplit

import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.storage._media import requests as storage_media
from google.cloud.storage.fileio import BlobWriter
from google.resumable_media import common
from google.resumable_media import requests as resumable_media


class BreakingSession(requests.Session):
    """Opens no session of its own, but uses the one at `url`; breaks the PUTs it is told to after so many bytes."""

    is_mtls = False

    def __init__(self, url, breaks):
        super().__init__()
        self.url = url
        self.breaks = {number: count for number, count in breaks}
        self.puts = 0

    def request(self, method, url, data=None, headers=None, **kwargs):
        if method == "POST":
            opened = requests.Response()
            opened.status_code = 200
            opened.headers["Location"] = self.url
            opened._content = b"{}"
            return opened
        if data:
            self.puts += 1
            if self.puts in self.breaks:
                break_off(url, headers, data, self.breaks[self.puts])
                raise requests.ConnectionError("broken on purpose")
        return super().request(method, url, data=data, headers=headers, **kwargs)


def break_off(url, headers, data, count):
    parts = urlsplit(url)
    lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(data)}"]
    for name, value in headers.items():
        text = value.decode() if isinstance(value, bytes) else value
        lines.append(f"{name if isinstance(name, str) else name.decode()}: {text}")
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall("\r\n".join(lines + ["", ""]).encode() + bytes(data[:count]))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def send(case):
    session = BreakingSession(case["url"], case["breaks"])
    with open(case["path"], "rb") as file:
        content = file.read()
    if case["client"] == "BlobWriter":
        return write(case, session, content)
    module = {"google-resumable-media": resumable_media, "google-cloud-storage": storage_media}[case["client"]]
    upload = module.ResumableUpload("http://localhost/upload", case["chunk"], checksum=case["checksum"])
    if case["recover"]:
        no_retry = common.RetryStrategy(max_retries=0)
        upload._retry_strategy = no_retry if module is resumable_media else None
    sized = {"total_bytes": len(content)} if case["sized"] else {"stream_final": False}
    upload.initiate(session, io.BytesIO(content), {}, "audio/wav", **sized)
    while not upload.finished:
        try:
            upload.transmit_next_chunk(session)
        except requests.ConnectionError:
            if not case["recover"]:
                raise
            upload.recover(session)
    return "finished"


def write(case, session, content):
    client = storage.Client("test", AnonymousCredentials(), _http=session)
    blob = client.bucket("originals").blob("a.wav")
    with BlobWriter(blob, chunk_size=case["chunk"], checksum=case["checksum"]) as writer:
        for start in range(0, len(content), 100_000):
            writer.write(content[start : start + 100_000])
    return "finished"


def outcome(case):
    try:
        return send(case)
    except Exception as error:  # whatever it is, the test shows it
        answer = getattr(error, "response", None)
        return f"{type(error).__name__}: {error} {answer.text if answer is not None else ''}"


print(json.dumps([outcome(case) for case in json.load(sys.stdin)]))
