"""There is more than one way to do it: short names, many statements on a line."""
import os, socket as S, random as R, time as T

CT, ST = 10, 300
die = lambda why="eof": (_ for _ in ()).throw(OSError(why))

def rd(s, n, b=b""):
    while len(b) < n: b += s.recv(n - len(b)) or die()
    return b

def initial_contact(ip, port):
    s = S.socket(); s.settimeout(CT)
    try: s.connect((ip, port)); s.sendall(b"Hi"); g = rd(s, 48).decode("latin-1")
    except Exception as e: s.close(); print(f"{e!r} at {__file__}"); return False
    print(g); return True, g, s

def send_requests(answer, client_socket):
    s = client_socket
    while answer:
        try: r = input("$ ")[:4]
        except EOFError: break
        if not r.isascii(): print("Wide character in print"); continue
        try:
            s.sendall(b"%-4s" % r.upper().encode())
            n = rd(s, 4); n.isdigit() or die(f"{n!r} isn't numeric")
            print(rd(s, int(n)).decode("utf8", "replace"))
        except OSError as e: print(e); answer = ""
    s.close()

def initial_listen(ip, port):
    s = S.socket()
    try:
        os.name == "nt" or s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1)
        s.bind((ip, port)); s.listen(9)
    except: s.close(); raise
    return s

def check_client(server_socket):
    server_socket.settimeout(None)
    c, _ = server_socket.accept(); c.settimeout(ST)
    try:
        rd(c, 2) == b"Hi" or die("no Hi")
        c.sendall(b"%-48s" % b"qw(TIME NAME RAND EXIT)")
        return c, rd(c, 4).decode("latin-1")
    except OSError: c.close(); return c, ""

def serve_requests(request, client_socket):
    _ = {"TIME": lambda: T.strftime("%Y%m%d %H%M%S"), "NAME": lambda: "camel", "RAND": lambda: f"{R.randint(1,10)}"}
    s = client_socket
    try:
        while request and request != "EXIT":
            b = (_.get(request) or (lambda: f"{request!r} is not in qw({' '.join(_)} EXIT)"))().encode()
            s.sendall(b"%04d%s" % (len(b), b)); request = rd(s, 4).decode("latin-1")
    except OSError: pass
    s.close()
