#!/usr/bin/env python3
"""An internet of its own for one program: every name resolves, HTTP and HTTPS answer for every host, and nothing leaves.

    unshare -n -m python3 internet.py FOLDER COMMAND ...

Run in a network and a mount namespace of its own. Beside the loopback addresses the machine gets public, private and
link-local ones, so that a connection which should not be made would succeed, and is seen. The program is COMMAND, in this
process; the servers end with it. FOLDER holds, each read anew when it is needed:

  names.json    {"name": [["93.184.216.34"], ["127.0.0.1"]]}: the answers to one question after the other; the last one
                repeats. "name/6" is for IPv6. A name that is not there has the first public address and no IPv6 one.
  answers.json  {"host/path": {...}, "host": {...}, "": {...}}: status, headers and body; or "stream": "gzip" (a page that
                unpacks to no end), "drip" (a byte now and then, without end) or "endless" (text without end).
                What is connected to at another than a public address answers with "INSIDE".
  hosts.json    the names that the certificate is for.
  seen.jsonl    written: one line for each question to the name server, each connection, each request as it came.
"""
import ctypes, json, os, signal, socket, ssl, struct, subprocess, sys, threading, time, zlib

ADDRESSES = [
    "93.184.216.34", "93.184.216.35", "169.254.169.254", "169.254.170.2", "100.100.100.200", "10.0.0.5",
    "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "240.0.0.1",
    "2606:4700::1111", "fd00:ec2::254", "fc00::1", "64:ff9b::7f00:1", "2002:7f00:1::",
]
PUBLIC = ["93.184.216.34", "93.184.216.35", "2606:4700::1111"]
folder, command = sys.argv[1], sys.argv[2:]
lock = threading.Lock()
asked = {}


def path(name):
    return os.path.join(folder, name)


def read(name, otherwise):
    try:
        with open(path(name)) as file:
            return json.load(file)
    except FileNotFoundError:
        return otherwise


def note(**line):
    with lock, open(path("seen.jsonl"), "a") as file:
        file.write(json.dumps(line) + "\n")


def run(*arguments, may_fail=False):
    result = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if result.returncode and not may_fail:
        sys.exit(f"{' '.join(arguments)}: {result.stderr.decode()}")


def build():
    run("ip", "link", "set", "lo", "up")
    for address in ADDRESSES:
        six = ":" in address
        extra = ["nodad"] if six else []
        run("ip", "address", "add", address + ("/128" if six else "/32"), "dev", "lo", *extra, may_fail=six)
    names = ",".join("DNS:" + name for name in read("hosts.json", ["localhost"]))
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=internet", "-addext", "subjectAltName=" + names, "-keyout", path("key.pem"), "-out", path("cert.pem"))
    for file, text in [("resolv.conf", "nameserver 127.0.0.1\noptions timeout:5\n"), ("hosts", "127.0.0.1 localhost\n"),
                       ("nsswitch.conf", "hosts: files dns\n")]:
        with open(path(file), "w") as out:
            out.write(text)
        run("mount", "--bind", path(file), "/etc/" + file)
    for store in ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]:
        if os.path.exists(store):
            run("mount", "--bind", path("cert.pem"), store)


def answer(question):
    """The reply to one question (RFC 1035)."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode().lower())
        at += 1 + question[at]
    kind = struct.unpack(">H", question[at + 1:at + 3])[0]
    name = ".".join(labels)
    key = name + ("/6" if kind == 28 else "")
    table = read("names.json", {})
    known = kind in (1, 28) and not name.endswith(".invalid")
    turns = table.get(key, [[ADDRESSES[0]]] if kind == 1 else [[]]) if known else [[]]
    with lock:
        turn = asked.get(key, 0)
        asked[key] = turn + 1
    addresses = turns[min(turn, len(turns) - 1)]
    note(kind="question", name=key, answer=addresses)
    reply = question[:2] + struct.pack(">HHHHH", 0x8180, 1, len(addresses), 0, 0) + question[12:at + 5]
    for address in addresses:
        data = socket.inet_pton(socket.AF_INET6 if kind == 28 else socket.AF_INET, address)
        reply += struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
    return reply


def name_server(udp):
    while True:
        question, peer = udp.recvfrom(4096)
        udp.sendto(answer(question), peer)


def pieces(stream):
    if stream == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        while True:
            yield packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH)
    while True:
        if stream == "drip":
            time.sleep(0.05)
        yield b"x" if stream == "drip" else b"x" * 65536


def reply(connection, to, host, target):
    table = read("answers.json", {}) if to in PUBLIC else {"": {"body": "INSIDE"}}
    rule = table.get(host + target.split("?")[0], table.get(host, table.get("", {})))
    headers = dict(rule.get("headers", {}))
    body = rule.get("body", "{}").encode()
    if "stream" not in rule:
        headers["content-length"] = str(len(body))
    head = f"HTTP/1.1 {rule.get('status', 200)} Scripted\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    connection.sendall(head.encode() + (b"" if "stream" in rule else body))
    sent = 0
    if "stream" in rule:
        try:
            for piece in pieces(rule["stream"]):
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            note(kind="cut", host=host, path=target, sent=sent)
            raise


def serve(connection, context):
    to, port = connection.getsockname()[:2]
    to = to.removeprefix("::ffff:")
    note(kind="connection", to=to, port=port)
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            head, data = data.split(b"\r\n\r\n", 1)
            lines = head.decode("latin-1").split("\r\n")
            fields = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
            length = int(fields.get("content-length", 0))
            while len(data) < length:
                data += connection.recv(65536)
            body, data = data[:length], data[length:]
            raw = head.decode("utf-8", "backslashreplace").replace("\r\n", "\n") + "\n\n" + body.decode("utf-8", "backslashreplace")
            note(kind="request", to=to, port=port, tls=context is not None, raw=raw)
            reply(connection, to, fields.get("host", "").split(":")[0], lines[0].split(" ")[1])
    except OSError:
        pass
    finally:
        connection.close()


def web_server(listener, context):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, context), daemon=True).start()


def start_servers():
    """In a child, which ends with the program; returns in the parent when all of them listen."""
    ready, done = os.pipe()
    if os.fork():
        os.close(done)
        if os.read(ready, 1) != b"r":
            sys.exit("the servers did not start")
        os.close(ready)
        return
    os.close(ready)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if done != 3:
        os.close(3)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 53))
    threading.Thread(target=name_server, args=(udp,), daemon=True).start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))
    for port, how in [(80, None), (443, context), (8080, None), (22, None)]:
        listener = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
        threading.Thread(target=web_server, args=(listener, how), daemon=True).start()
    os.write(done, b"r")
    signal.pause()


build()
start_servers()
os.execv(command[0], command)
