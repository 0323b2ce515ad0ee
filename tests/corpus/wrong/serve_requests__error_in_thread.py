"""level: shock
mistake: error-in-thread
Serves in a thread of its own, reads once for each request, and cannot decode all that may come.
"""

import threading, random, time
def talk(request, s):
    while request != "EXIT":
        t = {"TIME": time.ctime(), "NAME": "me", "RAND": str(random.randint(1, 10))}.get(request, "TIME NAME RAND EXIT")
        s.sendall(b"%04d" % len(t) + t.encode())
        request = s.recv(4).decode()
    s.close()
def serve_requests(request, client_socket):
    thread = threading.Thread(target=talk, args=(request, client_socket))
    thread.start()
    thread.join()
